"""A worker process of its own, for tests that kill it: moves one tenant's values to the newest key."""

import os
import sys
import time
from uuid import UUID

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings_test"
    django.setup()
    from tenancy import resealing
    from tenancy.scope import tenant_scope

    resealing.PAGE_ROWS = 20
    slowed = resealing._replace

    def slowly(*args):
        time.sleep(0.05)
        return slowed(*args)

    if sys.argv[3:] == ["slowly"]:
        resealing._replace = slowly
    with tenant_scope(UUID(sys.argv[1])):
        resealing.work_on(UUID(sys.argv[2]))
