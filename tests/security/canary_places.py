"""Everywhere that a word could have been left: how to read it whole, and how a careless program would write there."""

import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict

from config.celery import app
from tests.security import dump
from tests.security.canary_journey import Journey
from tests.security.test_dump import stored_in_valkey
from tests.security.witness import superuser
from tests.waiting import until

NOWHERE = "planted"  # a queue that no worker takes from
ALIASES = ("default", "keys")


@dataclass(frozen=True)
class Place:
    """`plant` writes a word there in the plain way; None if the journey itself did."""

    read: Callable[[Journey], Iterator[bytes]]
    plant: Callable[[Journey, str], None] | None = None
    is_compressed_by_postgres: bool = False


def in_table(_journey: Journey, word: str) -> None:
    """In a row of its own transaction: what is written with its table is not logged."""
    for alias in ALIASES:
        with superuser(alias) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS planted (x text)")
            connection.execute("INSERT INTO planted VALUES (%s), (%s)", [word, f"{word} " * 400])


def of_folder(folder: Path) -> Iterator[bytes]:
    """Names and contents; what ends while it is looked at is gone."""
    for path in sorted(folder.rglob("*")):
        yield path.name.encode()
        try:
            if path.is_file() and not path.is_symlink():
                yield path.read_bytes()
        except FileNotFoundError:
            continue


def of_main(_journey: Journey) -> Iterator[bytes]:
    yield dump.main_database()[0].encode()


def of_keys(_journey: Journey) -> Iterator[bytes]:
    yield dump.keys_database().encode()


def data_directory(connection: psycopg.Connection) -> Path:
    return Path(connection.execute("SHOW data_directory").fetchone()[0])


@contextmanager
def kept_wal() -> Iterator[str]:
    """Where the log stands now; meanwhile checkpoints remove nothing of it."""
    with superuser() as connection:
        try:
            connection.execute("ALTER SYSTEM SET wal_keep_size = '8GB'")
            connection.execute("SELECT pg_reload_conf()")
            yield str(connection.execute("SELECT pg_current_wal_lsn()").fetchone()[0])
        finally:
            connection.execute("ALTER SYSTEM RESET wal_keep_size")
            connection.execute("SELECT pg_reload_conf()")


def of_wal(journey: Journey) -> Iterator[bytes]:
    """Every segment since the journey began, and the recycled ones, which still hold older ones."""
    with superuser() as connection:
        folder = data_directory(connection) / "pg_wal"
        first = connection.execute("SELECT pg_walfile_name(%s)", [journey.began_at]).fetchone()[0]
        connection.execute("CHECKPOINT")  # commits do not wait for the file here
    assert (folder / first).exists(), (
        "the log of the journey's first minutes is gone: nothing is proven"
    )
    for segment in sorted(folder.glob("0*")):
        if segment.name >= first:
            yield segment.read_bytes()


def of_data_files(_journey: Journey) -> Iterator[bytes]:
    """Pages as they are on disk, with rows that were deleted."""
    for alias in ALIASES:
        with superuser(alias) as connection:
            connection.execute("CHECKPOINT")
            (number,) = connection.execute(
                "SELECT oid FROM pg_database WHERE datname = current_database()"
            ).fetchone()
            yield from of_folder(data_directory(connection) / f"base/{number}")


def in_valkey(journey: Journey, word: str) -> None:
    redis.Redis.from_url(settings.VALKEY_URL).set(f"planted:{word}", word)
    until(lambda: any(word in said for said in journey.stack.said), seconds=10)


def of_valkey_file(_journey: Journey) -> Iterator[bytes]:
    client = redis.Redis.from_url(settings.VALKEY_URL)
    client.config_set("rdbcompression", "no")
    client.save()
    file = Path(client.config_get("dir")["dir"]) / client.config_get("dbfilename")["dbfilename"]
    yield file.read_bytes()
    file.unlink()


def of_valkey_talk(journey: Journey) -> Iterator[bytes]:
    yield "\n".join(journey.stack.said).encode()


def in_task(_journey: Journey, word: str) -> None:
    app.send_task("planted.task", args=[word], queue=NOWHERE)


def of_tasks(journey: Journey) -> Iterator[bytes]:
    """What waits in any queue, and every message that was put into one."""
    assert app.conf.result_backend is None
    yield from (f"{key} {value}".encode() for key, value in stored_in_valkey().items())
    pushed = [said for said in journey.stack.said if '"LPUSH"' in said]
    assert len(pushed) > 10, "no task was overheard: nothing is proven"
    yield "\n".join(pushed).encode()


def in_logs(journey: Journey, word: str) -> None:
    with (journey.stack["logs"] / "web.log").open("a") as log:
        log.write(f"looked at {word}\n")


def of_logs(journey: Journey) -> Iterator[bytes]:
    """Web, workers and beat, PostgreSQL and Valkey."""
    yield from of_folder(journey.stack["logs"])
    run = Path(conninfo_to_dict(os.environ["ADMIN_DATABASE_URL"])["host"]).parent
    for name in ("postgres.log", "valkey.log"):
        yield (run / name).read_bytes()


def of_addresses(journey: Journey) -> Iterator[bytes]:
    yield "\n".join(journey.visited).encode()
    yield (journey.stack["logs"] / "access.log").read_bytes()


def of_profile(journey: Journey) -> Iterator[bytes]:
    """Cache, history, storage, sessions, what is remembered of forms."""
    yield from of_folder(journey.stack["profile"])


def in_clear_export(journey: Journey, word: str) -> None:
    with zipfile.ZipFile(
        journey.export.with_name("planted.zip"), "w", zipfile.ZIP_DEFLATED
    ) as clear:
        clear.writestr("people.csv", f"{word}@x.example\n")


def of_export(journey: Journey) -> Iterator[bytes]:
    for file in (journey.export, journey.export.with_name("planted.zip")):
        yield file.name.encode()
        yield file.read_bytes()


def in_tmp(journey: Journey, word: str) -> None:
    (journey.stack["tmp"] / "upload").write_bytes(word.encode("utf-16-le"))


def of_tmp(journey: Journey) -> Iterator[bytes]:
    """Temporary folders and the senders' journal. Uploads have no folder: they are rows."""
    assert settings.MEDIA_ROOT == ""
    for name in ("tmp", "journal"):
        yield from of_folder(journey.stack[name])


PLACES = {
    "backup of the main database": Place(of_main, in_table),
    "backup of the keys": Place(of_keys, in_table),
    "write-ahead log": Place(of_wal, in_table, is_compressed_by_postgres=True),
    "data files": Place(of_data_files, in_table, is_compressed_by_postgres=True),
    "file of Valkey": Place(of_valkey_file, in_valkey),
    "commands to Valkey": Place(of_valkey_talk, in_valkey),
    "task messages": Place(of_tasks, in_task),
    "logs": Place(of_logs, in_logs),
    "addresses": Place(of_addresses),
    "folder of the browser": Place(of_profile),
    "export file": Place(of_export, in_clear_export),
    "temporary folders": Place(of_tmp, in_tmp),
}


def uproot() -> None:
    """Take away what was planted."""
    for alias in ALIASES:
        with superuser(alias) as connection:
            connection.execute("DROP TABLE IF EXISTS planted")
    client = redis.Redis.from_url(settings.VALKEY_URL)
    for key in client.scan_iter("planted:*"):
        client.delete(key)
    with app.connection_for_write() as connection:
        connection.default_channel.queue_purge(NOWHERE)
