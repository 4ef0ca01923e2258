"""The keys that sign tenant contexts: two are valid while one follows the other.

Runs with the migrating role's connections: nobody else may write where the database keeps them.
"""

import os

from django.db import connections

from tenancy import clock, keyring, versions
from tenancy.context import LIFETIME_SECONDS, hmac_pads
from tenancy.sealing import KEY_BYTES

MAIN, KEYS = "migrate", "keys_migrate"
# The wire form of a context has room for four digits.
MAX_NUMBER = 9999


def rotate() -> int:
    """A new key signs; the database accepts the older one until it is retired. Answers its number."""
    with connections[MAIN].cursor() as cursor:
        cursor.execute("SELECT coalesce(max(kid), 0) FROM kernel.context_key")
        number = int(cursor.fetchone()[0]) + 1
    if number > MAX_NUMBER:
        raise versions.KeyNotChanged("Every number of a context key is used up.")
    key = os.urandom(KEY_BYTES)
    # The database first: no process may sign with what it does not know yet.
    _install(number, key)
    versions.add_context_key(number, key, using=KEYS)
    return number


def retire() -> list[int]:
    """Make the database refuse every context key but the newest. Answers their numbers.

    Raises KeyNotChanged while a process may still sign with one, or a transaction still carries it.
    """
    newest = versions.context_keys(KEYS).order_by("version").last()
    if newest is None:
        raise versions.KeyNotChanged("There is no context key. Run `manage.py migrate_all`.")
    age = (clock.now() - newest.created_at).total_seconds()
    wait = keyring.CACHE_SECONDS + LIFETIME_SECONDS - age
    if wait > 0:
        raise versions.KeyNotChanged(
            f"Work that began under the older key may still run. Retire it in {wait / 60:.0f} min."
        )
    with connections[MAIN].cursor() as cursor:
        cursor.execute(
            "DELETE FROM kernel.context_key WHERE kid <> %s RETURNING kid", [newest.version]
        )
        retired = sorted(row[0] for row in cursor.fetchall())
    for key in versions.context_keys(KEYS).exclude(pk=newest.pk):
        versions.destroy(key, using=KEYS)
    return retired


def provision() -> None:
    """Make sure that there is a context key, and that this database knows those that are in use."""
    known = versions.context_keys(KEYS)
    if not known.exists():
        rotate()
    for number, key in keyring.context_keys().items():
        _install(number, key)


def _install(number: int, key: bytes) -> None:
    inner, outer = hmac_pads(key)
    with connections[MAIN].cursor() as cursor:
        cursor.execute(
            "SELECT kernel.install_context_key(%s::smallint, %s, %s)", [number, inner, outer]
        )
