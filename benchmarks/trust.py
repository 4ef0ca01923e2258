"""What trust costs a page: `page.trust`, a search among 100,000 people with and without what guards it.

Without: no row security, no signed context, no transaction for a statement of its own, nothing masked,
no event and no budget of looks. Sealing stays: a page that stored plain text would be another product.
The two take turns, so that both meet the same machine.
"""

import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.measurement import Measurement
from benchmarks.pages import PEOPLE, seconds, signed_in
from benchmarks.workplace import add_people, clinic

if TYPE_CHECKING:
    from django.test import Client

ROUNDS = 9
VISITS = 20
GOAL = 1 / 1.10
BEGINNING = "_set_autocommit"  # where the backend puts the context into a transaction
LAYERS = ("row security", "signed context", "transactions", "masking", "audit", "budget of looks")
GUARDED = (
    "SELECT format('%I', tablename) FROM pg_tables WHERE rowsecurity AND schemaname = 'public'"
)


def main() -> int:
    with clinic() as tenant:
        add_people(PEOPLE)
        name = somebody()
        # Somebody else each time: who searches all day is slowed down, and looked at.
        browsers = [signed_in(tenant) for _ in range(ROUNDS)]
        pairs = [(guarded(browser, name), bare(browser, name)) for browser in browsers]
    value, limit = (statistics.median(each) for each in zip(*pairs, strict=True))
    ratio = statistics.median(without / with_all for with_all, without in pairs)
    figure = Measurement("page.trust", value, "ms", limit, ratio, GOAL, LAYERS)
    print(figure.line())
    return 0 if figure.reaches_goal else 1


def somebody() -> str:
    """A family name that many share, so that the page is full."""
    from contacts.models import Contact

    names = [str(contact.identity["family_name"]) for contact in Contact.objects.all()[:500]]
    return statistics.mode(names)


def guarded(browser: "Client", name: str) -> float:
    """Milliseconds of a visit, the median of several after a first one."""
    visit(browser, name)
    times = [seconds(lambda: visit(browser, name)) for _ in range(VISITS)]
    return statistics.median(times) * 1000


def bare(browser: "Client", name: str) -> float:
    with without_walls(), without_context(), without_record():
        return guarded(browser, name)


def visit(browser: "Client", name: str) -> None:
    answer = browser.post("/contacts/search/", {"text": name})
    if answer.status_code != 200 or name not in answer.content.decode():
        raise SystemExit(f"The search answered {answer.status_code}.")


@contextmanager
def without_walls() -> Iterator[None]:
    from django.db import connections

    with connections["migrate"].cursor() as cursor:
        cursor.execute(GUARDED)
        tables = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "".join(f"ALTER TABLE {each} DISABLE ROW LEVEL SECURITY;" for each in tables)
        )
        try:
            yield
        finally:
            cursor.execute(
                "".join(f"ALTER TABLE {each} ENABLE ROW LEVEL SECURITY;" for each in tables)
            )


@contextmanager
def without_context() -> Iterator[None]:
    """Statements go to the database as Django's own backend sends them."""
    from django.db import connection

    from tenancy.backend.base import DatabaseWrapper

    scoping = vars(DatabaseWrapper)[BEGINNING]
    guard = connection.execute_wrappers.pop()
    delattr(DatabaseWrapper, BEGINNING)
    try:
        yield
    finally:
        setattr(DatabaseWrapper, BEGINNING, scoping)
        connection.execute_wrappers.append(guard)


@contextmanager
def without_record() -> Iterator[None]:
    """No event, no look counted, nothing masked."""
    from accounts import display
    from contacts.services import looks

    kept = looks.note_search, display.mask, display.mask_number

    def nothing(*_: Any, **__: Any) -> None:
        return None

    looks.note_search = nothing
    display.mask = display.mask_number = lambda value: value
    try:
        yield
    finally:
        looks.note_search, display.mask, display.mask_number = kept


if __name__ == "__main__":
    sys.exit(main())
