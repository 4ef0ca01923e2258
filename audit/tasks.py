from celery import shared_task

from audit import sequencing
from tenancy.tasks import PlatformTask


@shared_task(base=PlatformTask)
def sequence_events() -> None:
    """Tick: a lock in the database lets one append at a time."""
    sequencing.sequence()
    sequencing.sign_grown()
