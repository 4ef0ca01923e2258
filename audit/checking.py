"""Builds a tenant's tree anew from its events, and keeps what does not hold with the job.

Each event is judged by the code of `verifier.py`: what a person reads here is what an outsider would read.
"""

from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction

from audit import evidence, merkle, notes, queries, sequencing, services, subtrees, verifier
from audit.models import Anchor, AuditEvent, Checkpoint, Leaf, SigningKey, Tree
from audit.queries import Placed
from audit.services import SYSTEM, Actor
from tenancy import clock
from tenancy import services as tenancy
from tenancy.errors import DomainError
from tenancy.models import Job
from tenancy.scope import current_tenant_id, platform_scope

JOB = "audit.check"
LEASE = timedelta(seconds=60)
PAGE = 500
# Who finds this many is past reading a list: the export names them all.
MOST_FINDINGS = 20


class CheckUnderWay(DomainError):
    """The log is being checked at this moment."""


@transaction.atomic
def start(*, actor: Actor) -> Job:
    """Raises CheckUnderWay."""
    job = last_job()
    if job is not None and job.is_open:
        raise CheckUnderWay("The log is being checked already.")
    job = tenancy.start_job(kind=JOB, started_by=actor.id)
    services.record("audit.check_started", actor=actor, on=job)
    return job


def last_job() -> Job | None:
    return Job.objects.filter(kind=JOB).order_by("created_at").last()


def due() -> list[tuple[UUID, UUID]]:
    """Tenants and their checks that no worker holds, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id, job_id FROM kernel.due_audit_checks()")
        return list(cursor.fetchall())


def work_on(job_id: UUID) -> None:
    """Check all that is committed now. Who follows a worker that died begins anew: nothing is changed."""
    job = _claim(job_id)
    if job is None:
        return
    sequencing.catch_up()
    check = Check()
    while page := check.next_page():
        check.take(page)
        Job.objects.filter(pk=job.pk).update(lease_expires_at=clock.now() + LEASE)
        tenancy.advance_job(job, done=check.tree.size, total=check.size)
    check.close()
    _end(job, check)


@transaction.atomic
def _claim(job_id: UUID) -> Job | None:
    now = clock.now()
    job = (
        Job.objects.select_for_update(skip_locked=True)
        .filter(pk=job_id, kind=JOB, status__in=Job.OPEN)
        .exclude(lease_expires_at__gt=now)
        .first()
    )
    if job is not None:
        job.lease_expires_at = now + LEASE
        job.save(update_fields=["lease_expires_at"])
    return job


@transaction.atomic
def _end(job: Job, check: "Check") -> None:
    findings = "\n".join(check.findings) or None
    status = Job.Status.FAILED if findings else Job.Status.SUCCEEDED
    tenancy.end_job(job, status=status, problem=findings)
    services.record(
        "audit.checked",
        actor=SYSTEM,
        on=job,
        events=check.tree.size,
        disposed=check.disposed,
        findings=len(check.findings),
    )


class Check:
    """The tree so far, grown from the rows, and what did not hold."""

    def __init__(self) -> None:
        grown = Tree.objects.first()
        self.size = grown.size if grown else 0
        self.tree, self.findings = verifier.Tree(), []  # type: verifier.Tree, list[str]
        self._subtrees = subtrees.Growing()
        self._is_whole = True
        with platform_scope():
            keys = SigningKey.objects.values_list("public_key", flat=True)
            self._keys = {bytes(key) for key in keys}
        self._orders = [order for placed in queries.orders() if (order := self._order(placed))]

    @property
    def disposed(self) -> int:
        return sum(order.gone for order in self._orders)

    def next_page(self) -> list[Leaf]:
        found = Leaf.objects.filter(seq__gte=self.tree.size, seq__lt=self.size)
        return list(found.order_by("seq")[:PAGE]) if self._goes_on else []

    def take(self, page: list[Leaf]) -> None:
        events = AuditEvent.objects.in_bulk([leaf.pk for leaf in page])
        first, signed = self.tree.size, self._signed(self.tree.size, page[-1].seq + 1)
        expected: dict[merkle.Subtree, bytes] = {}
        for leaf in page:
            if leaf.seq != self.tree.size:
                self._find(f"place {self.tree.size} of the tree is empty")
                self._is_whole = False
                return
            self.tree.append(bytes(leaf.hash))
            expected |= self._subtrees.append(bytes(leaf.hash))
            self._judge(leaf, events.get(leaf.pk))
            self._compare(signed.get(self.tree.size, []))
        self._compare_subtrees(expected, subtrees.completed(first, self.tree.size))

    def close(self) -> None:
        """What is beyond the last page: events outside the tree, and a tree shorter than what was signed."""
        if not self._goes_on:
            return
        for placed in queries.unplaced_events():
            self._find(f"event {placed.event.pk} was put in past the tree")
        if subtrees.longest() > subtrees.size_of_tree():
            self._find("a stored subtree reaches past the end of the tree")
        longest = max(
            (model.objects.order_by("-size").first() for model in (Checkpoint, Anchor)),
            key=lambda row: row.size if row else 0,
        )
        if longest is not None and longest.size > self.tree.size:
            self._find(f"{longest.size} events were signed, and {self.tree.size} are left")

    @property
    def _goes_on(self) -> bool:
        """Past a hole in the tree every root differs, and says nothing new."""
        return self._is_whole and len(self.findings) < MOST_FINDINGS

    def _judge(self, leaf: Leaf, event: AuditEvent | None) -> None:
        if event is None:
            try:
                verifier.passed(self._orders, leaf.seq, leaf.seq + 1)
            except verifier.Failed as failed:
                self._find(str(failed))
            return
        told = evidence.told(Placed(leaf.seq, event), with_details=True)
        try:
            verifier.check_event(told, bytes(leaf.hash), str(current_tenant_id()))
        except verifier.Failed as failed:
            self._find(str(failed))
        except verifier.DAMAGED:
            self._find(f"event {leaf.seq} was altered: it cannot be read")

    def _order(self, placed: Placed) -> verifier.Order | None:
        """An order that lets events go; one that does not hold is a finding, and lets nothing go."""
        told = evidence.told(placed, with_details=False)
        hashed = bytes(Leaf.objects.get(pk=placed.event.pk).hash)
        origin = sequencing.origin(current_tenant_id())
        keys = [notes.verifier_key(origin, key) for key in self._keys]
        try:
            return verifier.Order(told, hashed, str(current_tenant_id()), keys)
        except verifier.Failed as failed:
            self._find(str(failed))
        except verifier.DAMAGED:
            self._find(f"the order of disposal at place {placed.seq} cannot be read")
        return None

    def _compare(self, kept: list[tuple[str, bytes]]) -> None:
        for note, key in kept:
            called = f"the checkpoint of size {self.tree.size}"
            try:
                checkpoint = verifier.Checkpoint(note, called)
                known = notes.verifier_key(sequencing.origin(current_tenant_id()), key)
                if key:
                    verifier.require(key in self._keys, f"{called} is signed by an unknown key")
                    checkpoint.require_signed_by(known)
                same = checkpoint.root == self.tree.root()
                verifier.require(same, f"{called} has another root than the events lead to")
            except verifier.Failed as failed:
                self._find(str(failed))
            except verifier.DAMAGED:
                self._find(f"{called} cannot be read")

    def _compare_subtrees(
        self, expected: dict[merkle.Subtree, bytes], kept: dict[merkle.Subtree, bytes]
    ) -> None:
        """What proofs are made of must be what the leaves lead to."""
        for level, place in sorted(expected.keys() | kept.keys()):
            if expected.get((level, place)) != kept.get((level, place)):
                begin, end = place << level, (place + 1 << level) - 1
                self._find(f"the stored subtree of the events {begin} to {end} is not theirs")

    def _signed(self, first: int, last: int) -> dict[int, list[tuple[str, bytes]]]:
        """By size: notes, and with which key; what left for places outside names its key itself."""
        within = {"size__gt": first, "size__lte": last}
        found: dict[int, list[tuple[str, bytes]]] = {}
        rows = Checkpoint.objects.filter(**within).values_list("size", "note", "public_key")
        for size, note, key in rows:
            found.setdefault(size, []).append((note, bytes(key)))
        for size, note in Anchor.objects.filter(**within).values_list("size", "note"):
            found.setdefault(size, []).append((note, b""))
        return found

    def _find(self, sentence: str) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(sentence[0].upper() + sentence[1:] + ".")
