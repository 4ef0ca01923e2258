"""100,000 people in 20 columns, from the bytes of a file to sealed rows, against the rows alone.

The limit is COPY and upsert of the same rows, sealed beforehand: what PostgreSQL needs in any case.
"""

import sys
import time
from collections.abc import Iterator
from datetime import date

from benchmarks.measurement import Measurement
from benchmarks.workplace import clinic

PEOPLE = 100_000
BATCH = 2_000
TODAY = date(2026, 11, 23)
GOAL = 0.2


def main() -> int:
    with clinic():
        prepare_schema()
        file = list(file_chunks())
        imported = PEOPLE / seconds_to_import(file)
    with clinic():
        limit = PEOPLE / seconds_to_upsert()
    figure = Measurement(
        name="import.csv",
        value=imported,
        unit="rows/s",
        limit=limit,
        ratio=imported / limit,
        goal=GOAL,
        layers=("upload sealed", "typed conversion", "sealing", "blind indexes", "RLS", "progress"),
    )
    print(figure.line())
    return 0 if figure.reaches_goal else 1


def prepare_schema() -> None:
    from contacts.models import Attribute
    from contacts.synthetic import ATTRIBUTES

    Attribute.objects.bulk_create(
        Attribute(
            key=each.key,
            label=each.label,
            type=each.kind,
            phi_class=each.phi_class,
            choices=list(each.choices),
        )
        for each in ATTRIBUTES
    )


def file_chunks() -> Iterator[bytes]:
    from contacts.synthetic import CsvFile, People

    lines: list[str] = []
    for line in CsvFile(People(PEOPLE, seed=1, today=TODAY)).lines():
        lines.append(line)
        if len(lines) == 500:
            yield "".join(lines).encode()
            lines = []
    yield "".join(lines).encode()


def seconds_to_import(file: list[bytes]) -> float:
    """Upload and import; matching the columns is a person's work."""
    from audit.services import SYSTEM
    from contacts.importing.dates import Order
    from contacts.models import ImportRun
    from contacts.queries.uploaded import columns_of
    from contacts.services import imports
    from contacts.services.import_work import work_on
    from contacts.services.uploads import Intake

    sign_agreement()
    begin = time.perf_counter()
    intake = Intake(file_name="bench.csv", actor=SYSTEM)
    for chunk in file:
        intake.feed(chunk)
    run = intake.finish()
    mapping = [column.suggestion.key for column in columns_of(run)]
    imports.match_columns(run, mapping=mapping, order=Order.NOT_SHOWN, actor=SYSTEM)
    run.basis, run.status = imports.Basis().as_record(), ImportRun.Status.CHECKED
    run.save(update_fields=["basis", "status"])
    imports.start(run, actor=SYSTEM)
    work_on(run.id)
    spent = time.perf_counter() - begin
    run.refresh_from_db()
    if run.counts["created"] != PEOPLE:
        raise SystemExit(f"imported {run.counts}")
    return spent


def sign_agreement() -> None:
    from audit.services import SYSTEM
    from compliance.agreement_text import fingerprint
    from compliance.purposes import Purpose
    from compliance.queries import text_on_offer
    from compliance.services import Signature, countersign, sign_agreement

    purposes = Purpose.values
    signature = Signature("Bench", "Bench", "192.0.2.1", SYSTEM)
    text_hash = fingerprint(text_on_offer(purposes))
    signed = sign_agreement(signature, permitted_purposes=purposes, text_hash=text_hash)
    countersign(signed, signature)


def seconds_to_upsert() -> float:
    """COPY and one merging statement a batch, over rows that are ready."""
    from django.db import transaction

    from contacts.entries import Entry
    from contacts.services import storing
    from contacts.synthetic import People
    from tenancy.keyring import current_keys

    keys = current_keys()
    entries = [Entry(p.identity, p.attributes) for p in People(PEOPLE, seed=1, today=TODAY)]
    batches = []
    for at in range(0, PEOPLE, BATCH):
        waiting = storing.by_record_number(entries[at : at + BATCH], keys)
        changes = storing.changes_for(waiting, keys, storing.Stored())
        batches.append(storing.rows_for(changes, keys))
    begin = time.perf_counter()
    for rows in batches:
        with transaction.atomic():
            storing.merge(rows, keys.tenant_id)
    return time.perf_counter() - begin


if __name__ == "__main__":
    sys.exit(main())
