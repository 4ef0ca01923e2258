"""A worker of its own that writes an archive in small pieces, and waits to be killed after the fourth."""

import sys
from uuid import UUID

import django

django.setup()

from audit import archiving, evidence  # noqa: E402
from tenancy.scope import tenant_scope  # noqa: E402

evidence.PIECE = 100
keep = archiving._keep


def keep_and_wait(archive, position, piece, done):
    keep(archive, position, piece, done)
    if position == 3:
        sys.stdout.write("four\n")
        sys.stdout.flush()
        sys.stdin.read()


archiving._keep = keep_and_wait
with tenant_scope(UUID(sys.argv[1])):
    archiving.work_on(UUID(sys.argv[2]))
