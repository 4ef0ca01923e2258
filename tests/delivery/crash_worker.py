"""A worker that a test can kill: sends a tenant's due messages until none is open, at a given time.

Run as `python -m tests.delivery.crash_worker TENANT MOMENT`; everything else is in the environment.
"""

import sys
from datetime import datetime
from uuid import UUID

import django


def main(tenant: UUID, moment: datetime) -> None:
    django.setup()
    from delivery import doors, worker
    from delivery.drafters import DRAFTERS
    from delivery.queries import due
    from delivery.services import recovery
    from tenancy import clock
    from tenancy.scope import tenant_scope

    with clock.at(moment), tenant_scope(tenant):
        recovery.recover_expired()
        while worker.send_due(doors.transport(), DRAFTERS, stopped=due.stopped_campaigns):
            pass


if __name__ == "__main__":
    main(UUID(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))
