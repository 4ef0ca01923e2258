import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_init, worker_process_shutdown, worker_shutdown

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("sealpost")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_as_pages_do(**_: Any) -> None:
    """Celery's own lines would show what a failed task had in its hands."""
    from logging.config import dictConfig

    from django.conf import settings

    dictConfig(settings.LOGGING)


@worker_init.connect
def refuse_to_work_with_holes(**_: Any) -> None:
    """A worker, like a web process, does not start while a table is open between tenants.

    Celery logs what a receiver raises, and would start all the same: only SystemExit ends it.
    """
    from django.db import connection

    from compliance.setting_checks import refuse_loose_settings
    from config import memory
    from tenancy import catalogue, hardening
    from tenancy.scope import platform_scope

    hardening.harden()
    try:
        refuse_loose_settings()
        with platform_scope(), connection.cursor() as cursor:
            catalogue.refuse_holes(cursor)
    except Exception as reason:
        raise SystemExit(f"{type(reason).__name__}: {reason}") from reason
    connection.close()
    memory.settle()


@worker_shutdown.connect
@worker_process_shutdown.connect
def wait_for_slow_servers(**_: Any) -> None:
    """Threads that wait for an answer are no tasks: Celery would end the process in the middle of it."""
    from delivery import stragglers

    stragglers.join()
