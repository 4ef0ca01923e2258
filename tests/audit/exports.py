"""Evidence on disk, and the verifier run over it."""

import os
import zipfile
from contextlib import contextmanager

import psycopg
from django.conf import settings

from audit import anchoring, evidence, sequencing, verifier
from audit import services as audit
from audit.models import Anchor, Checkpoint


def write_events(actor, count=5):
    return [audit.record("contact.paused", actor=actor, days=days) for days in range(count)]


def export(path, actor, **options):
    made = evidence.prepare(actor=actor, with_details=True, **options)
    path.write_bytes(b"".join(made.stream()))
    return path


def anchor(path):
    """The newest checkpoint, kept where no superuser of ours reaches it."""
    sequencing.catch_up()
    checkpoint = Checkpoint.objects.latest("size")
    anchoring.keep(checkpoint, Anchor.Way.DOWNLOAD)
    path.write_text(checkpoint.note, newline="")
    return path


def verdict(capsys, *arguments):
    code = verifier.main([str(argument) for argument in arguments])
    return code, capsys.readouterr().out


@contextmanager
def superuser():
    """Somebody who owns the server, and for whom no trigger of ours runs."""
    name = settings.DATABASES["default"]["NAME"]
    with psycopg.connect(os.environ["ADMIN_DATABASE_URL"], dbname=name) as admin:
        admin.execute("SET session_replication_role = replica")
        yield admin


def rewritten(source, target, change):
    """The export with `change(name, content)` in the place of each file."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return target
