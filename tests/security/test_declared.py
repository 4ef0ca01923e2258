"""Every task says for whom it runs, and whoever forgets to is found."""

import pkgutil
from importlib import import_module

from celery import Celery, Task
from django.apps import apps
from django.conf import settings

from config.celery import app
from tenancy.tasks import PlatformTask, TenantTask

OWN = {config.name for config in apps.get_app_configs()} & set(settings.INSTALLED_APPS)


def undeclared(tasks: dict[str, Task]) -> list[str]:
    return [
        name
        for name, task in tasks.items()
        if not name.startswith("celery.") and not isinstance(task, TenantTask | PlatformTask)
    ]


def load_task_modules() -> None:
    for name in OWN:
        if any(
            module.name == "tasks" for module in pkgutil.iter_modules(import_module(name).__path__)
        ):
            import_module(f"{name}.tasks")


def test_every_task_runs_for_a_tenant_or_for_the_platform():
    load_task_modules()
    assert undeclared(app.tasks) == []
    assert {"delivery.tasks.send_due", "contacts.tasks.wake_imports"} <= app.tasks.keys()


def test_every_tick_is_a_task_of_the_platform():
    """Beat knows no tenant: a tick that needs one would fail each time."""
    load_task_modules()
    ticks = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert [tick for tick in ticks if not isinstance(app.tasks[tick], PlatformTask)] == []


def test_a_task_that_says_nothing_is_found():
    other = Celery("planted", set_as_current=False)

    @other.task(name="planted.forgotten")
    def forgotten() -> None:
        pass

    assert undeclared({"planted.forgotten": other.tasks["planted.forgotten"]}) == [
        "planted.forgotten"
    ]
