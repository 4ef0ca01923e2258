"""What a thief of a backup, of the broker or of the logs reads: nothing about anybody.

A whole day is spent at a clinic whose texts are all marked with words that nothing else contains.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict

from config.celery import app
from delivery.models import EscrowItem, Message
from tenancy import keyring, kms
from tenancy.models import WrappedKey
from tenancy.scope import tenant_scope
from tests.security import busy_day, dump
from tests.security.marks import Marks
from tests.security.witness import superuser
from tests.security.world import World
from tests.smtp_server import NAME, FaultServer


@dataclass
class Day:
    world: World
    marks: Marks
    server: FaultServer
    dumped: str
    stored: dict[str, int]
    said: str


@pytest.fixture(scope="module")
def day(_database: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    # Where another module's worker runs, it must leave the tasks in the broker to be looked at.
    for queue in ("urgent", "deliver"):
        app.control.cancel_consumer(queue, reply=True)
    with busy_day.overheard() as said:
        world, marks, server = busy_day.spend(tmp_path_factory.mktemp("certificates"))
    dumped, stored = dump.main_database()
    yield Day(world, marks, server, dumped, stored, said.getvalue())
    app.control.purge()
    for queue in ("urgent", "deliver"):
        app.control.add_consumer(queue, reply=True)


def test_the_day_really_happened(day):
    """Else the dump would be clean because nothing was stored."""
    with tenant_scope(day.world.tenant.id):
        statuses = set(Message.objects.values_list("status", flat=True))
        opened = {item.contact.identity["given_name"] for item in EscrowItem.objects.all()}
    assert {"sent", "failed", "deferred", "escrowed"} <= statuses
    assert day.marks("given name portal") in opened
    letters = b"".join(stored.data for stored in day.server.stored).decode()
    assert all(day.marks(text) in letters for text in ("Subject", "Body", "given name ok"))
    assert len(day.marks.words) > 40


def test_a_backup_holds_every_row(day):
    """A dump by a role that sees nothing is clean too."""
    assert dump.rows_in(day.dumped) == day.stored


def test_a_backup_tells_nothing_about_anybody(day):
    assert day.marks.found_in(day.dumped) == []
    assert [said for said in ("no such user", NAME) if said in day.dumped] == []


@pytest.mark.parametrize(
    ("expression", "shape"),
    [
        ("%s", "text"),
        ("upper(%s)", "text"),
        ("convert_to(%s, 'UTF8')", "hexadecimal digits"),
        ("encode(convert_to('to: ' || %s || '.', 'UTF8'), 'base64')", "base64"),
        ("encode(convert_to('at: {' || %s || '}', 'UTF8'), 'base64')", "base64"),
    ],
)
def test_a_clear_text_that_is_planted_is_found(expression, shape):
    marks = Marks()
    with superuser() as connection:
        connection.execute(f"CREATE TABLE planted AS SELECT {expression} AS x", [marks("Ada")])
        try:
            assert f"Ada as {shape}" in marks.found_in(dump.main_database()[0])
        finally:
            connection.execute("DROP TABLE planted")


def test_a_backup_of_the_keys_opens_nothing(day):
    dumped = dump.keys_database()
    assert dump.rows_in(dumped)["tenancy_wrappedkey"] > 1
    root = Path(settings.KMS_ROOT_KEY_FILE).read_text().strip()
    keys = [root, *(key.hex() for key in keys_in_memory(day.world))]
    assert [key for key in keys if key in dumped + day.dumped] == []


def keys_in_memory(world: World) -> list[bytes]:
    """As they are before anything is derived from them."""
    return [
        kms.current().unwrap(
            bytes(key.wrapped), context=keyring.kms_context(key.tenant, key.purpose, key.version)
        )
        for key in WrappedKey.objects.filter(tenant=world.tenant.id)
    ]


def stored_in_valkey() -> dict[str, str]:
    """Every key of every database with its value, as text."""
    url = re.sub(r"[?]db=\d+", "", settings.VALKEY_URL)
    found = {}
    for number in range(16):
        store = redis.Redis.from_url(url, db=number)
        for key in store.scan_iter():
            found[f"{number} {key.decode('latin-1')}"] = content(store, key)
    return found


def content(store: redis.Redis, key: bytes) -> str:
    read = {
        b"string": lambda: store.get(key),
        b"list": lambda: store.lrange(key, 0, -1),
        b"hash": lambda: store.hgetall(key),
        b"set": lambda: store.smembers(key),
        b"stream": lambda: store.xrange(key),
        b"zset": lambda: store.zrange(key, 0, -1, withscores=True),
    }
    return str(read[store.type(key)]())


def test_broker_and_cache_hold_ids_only(day):
    stored = stored_in_valkey()
    assert any("send_due" in value for value in stored.values()), "no task waits: nothing is proven"
    everything = "\n".join(f"{key} {value}" for key, value in stored.items())
    assert day.marks.found_in(everything) == []
    assert day.marks.found_in(f"{everything} {day.marks('Ada')}") == ["Ada as text"]


def test_the_logs_name_nobody(day):
    place = Path(conninfo_to_dict(os.environ["ADMIN_DATABASE_URL"])["host"])
    database_log = (place.parent / "postgres.log").read_text()
    assert "Not Found: /nowhere/" in day.said, "nothing was overheard: nothing is proven"
    assert "database system is ready" in database_log
    assert day.marks.found_in(day.said + database_log) == []
