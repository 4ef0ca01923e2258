"""An exact count over 100,000 sealed people by a rule of seven conditions, in one process.

The limit is to read the same rows, open what is sealed in them and parse it: what any evaluator of
sealed people needs in any case. (Reading alone took from 2 to 6 microseconds a person, by what the
planner knew; as a limit it told more of that than of the count.)
"""

import statistics
import sys
import time
from collections.abc import Callable

from benchmarks.measurement import Measurement
from benchmarks.workplace import BATCH, add_people, clinic

PEOPLE = 100_000
RUNS = 3
GOAL = 0.5
RULE = {
    "match": "all",
    "rules": [
        {"field": "attribute.plan", "operator": "is_one_of", "values": ["Commercial", "Medicare"]},
        {"field": "identity.age", "operator": "between", "low": 30, "high": 80},
        {"field": "attribute.city", "operator": "contains", "value": "e"},
        {
            "match": "any",
            "rules": [
                {
                    "field": "attribute.last_visit",
                    "operator": "longer_ago_than",
                    "amount": 180,
                    "unit": "days",
                },
                {"field": "attribute.last_visit", "operator": "not_known"},
            ],
        },
        {
            "match": "none",
            "rules": [
                {"field": "consent.marketing", "operator": "withdrawn"},
                {"field": "identity.language", "operator": "is", "value": "fr"},
            ],
        },
    ],
}


def main() -> int:
    with clinic():
        add_people(PEOPLE)
        counted = PEOPLE / median_seconds(count)
        limit = PEOPLE / median_seconds(open_all)
    figure = Measurement(
        name="segment.100k",
        value=counted,
        unit="people/s",
        limit=limit,
        ratio=counted / limit,
        goal=GOAL,
        layers=(
            "RLS",
            "unsealing of every row",
            "rule of seven conditions",
            "counts per condition",
        ),
    )
    print(figure.line())
    return 0 if figure.reaches_goal else 1


def count() -> None:
    from segments import queries
    from segments.parsing import parse

    survey = queries.count(parse(RULE, queries.schema()))
    if survey.total != PEOPLE or not 0 < survey.people < PEOPLE:
        raise SystemExit(f"counted {survey.people} of {survey.total}")


def open_all() -> None:
    import orjson
    from django.db import connection, transaction

    from tenancy.keyring import current_keys

    query = (
        "SELECT id, identity, attributes, consents::text FROM contacts_contact "
        "WHERE id > %s::uuid ORDER BY id LIMIT %s::int"
    )
    keys = current_keys()
    openers = [
        keys.opener(table="contacts_contact", column=column)
        for column in ("identity", "attributes")
    ]
    last, rows = "00000000-0000-0000-0000-000000000000", [()]
    while rows:
        with transaction.atomic(), connection.connection.cursor(binary=True) as cursor:
            cursor.execute(query, [last, BATCH])
            rows = cursor.fetchall()
        for row in rows:
            for open_, sealed in zip(openers, row[1:], strict=False):
                orjson.loads(open_(sealed, row[0]))
        last = rows[-1][0] if rows else last


def median_seconds(work: Callable[[], None]) -> float:
    spent = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        spent.append(time.perf_counter() - began)
    return statistics.median(spent)


if __name__ == "__main__":
    sys.exit(main())
