"""A worker of its own that disposes of two events at a time, and waits to be killed after the first two."""

import sys
from uuid import UUID

import django

django.setup()

from compliance.services import disposals  # noqa: E402
from tenancy.scope import tenant_scope  # noqa: E402

disposals.STEP = 2
step = disposals._step


def step_and_wait(disposal):
    step(disposal)
    sys.stdout.write("two\n")
    sys.stdout.flush()
    sys.stdin.read()


disposals._step = step_and_wait
with tenant_scope(UUID(sys.argv[1])):
    disposals.work_on(UUID(sys.argv[2]))
