"""Threads that change tenant with each step, each on one kept connection, and fail in between."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from uuid import UUID

from django.db import connections, transaction

from tenancy.models import Job
from tenancy.scope import tenant_scope


class Interruption(Exception):
    """What a step is broken off with."""


def seen() -> set[UUID]:
    """Whose rows a query without any condition shows."""
    return set(Job.objects.values_list("tenant_id", flat=True))


def in_savepoint() -> set[UUID]:
    with transaction.atomic():
        try:
            with transaction.atomic():
                seen()
                raise Interruption
        except Interruption:
            return seen()


def in_stream() -> set[UUID]:
    return {job.tenant_id for job in Job.objects.iterator(chunk_size=1)}


def in_broken_stream() -> set[UUID]:
    next(Job.objects.iterator(chunk_size=1))
    return seen()


def on_commit() -> set[UUID]:
    found: set[UUID] = set()
    with transaction.atomic():
        transaction.on_commit(lambda: found.update(seen()))
    return found


def broken_off() -> set[UUID]:
    with transaction.atomic():
        seen()
        raise Interruption


def given_back(step: Callable[[], set[UUID]]) -> Callable[[], set[UUID]]:
    """The step, after which another thread may get its connection."""

    def done() -> set[UUID]:
        try:
            return step()
        finally:
            connections.close_all()

    return done


STEPS = (seen, in_savepoint, in_stream, in_broken_stream, on_commit, broken_off)


def wrong_rows(
    tenants: list[UUID], steps: tuple[Callable[[], set[UUID]], ...], *, threads: int, each: int
) -> tuple[int, int]:
    """Steps done, and of those the ones that showed anything but the rows of their tenant."""
    with ThreadPoolExecutor(threads) as pool:
        told = list(pool.map(_work, range(threads), repeat(tenants), repeat(steps), repeat(each)))
    return sum(done for done, _ in told), sum(wrong for _, wrong in told)


def _work(
    seed: int, tenants: list[UUID], steps: tuple[Callable[[], set[UUID]], ...], each: int
) -> tuple[int, int]:
    drawn = random.Random(seed)
    wrong = 0
    try:
        for _ in range(each):
            tenant_id, step = drawn.choice(tenants), drawn.choice(steps)
            try:
                with tenant_scope(tenant_id):
                    wrong += step() != {tenant_id}
            except Interruption:
                continue
    finally:
        connections.close_all()
    return each, wrong
