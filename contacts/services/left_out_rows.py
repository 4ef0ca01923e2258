"""Rows of files that were not taken belong to nobody by key; their cells tell whose they are.

They go when the person is erased, and go again when a restore brings them back.
"""

import hmac
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from compliance import erasure
from contacts.models import Contact, ImportProblem
from tenancy.keyring import KeyUnavailable, SealBroken, current_keys
from tenancy.models import ErasureOrder
from tenancy.sealing import BLIND_INDEX_BYTES

NAMING = ("external_id", "email", "phone")
PAGE = 500
# What an erasure leaves of these; of a phone number it leaves nothing.
RECORD, EMAIL = "record", "email"


def forget(identity: dict[str, str]) -> None:
    """Of the person with this identity, in the tenant of the scope."""
    own = _naming(identity)
    mentioning = [
        problem.pk
        for problem in ImportProblem.objects.iterator(chunk_size=PAGE)
        if own & _words(problem.detail)
    ]
    ImportProblem.objects.filter(pk__in=mentioning).delete()


def forget_again(orders: Sequence[ErasureOrder], using: str) -> int:
    """Of everybody who was erased since the backup, from files of before. Answers how many rows.

    What does not open goes as well: nobody can tell any more that it is of somebody else.
    """
    problems = ImportProblem.objects.using(using).select_related("run")
    try:
        erased = Erased.since(orders, using)
    except KeyUnavailable:
        mentioning = list(problems.values_list("pk", flat=True))
    else:
        mentioning = [
            problem.pk for problem in problems.iterator(chunk_size=PAGE) if erased.is_among(problem)
        ]
    gone, _ = ImportProblem.objects.using(using).filter(pk__in=mentioning).delete()
    return gone


def register() -> None:
    erasure.register("left-out rows", forget_again)


class Tokens:
    """Fingerprints under a key of their own: they lead to the proof, and not back to the contact."""

    def __init__(self) -> None:
        keys = current_keys()
        self._keys = {kind: keys.derive(f"erased-person|{kind}") for kind in (RECORD, EMAIL)}

    def of(self, kind: str, value: str) -> bytes:
        digest = hmac.digest(self._keys[kind], _plain(value).encode(), "sha256")
        return digest[:BLIND_INDEX_BYTES]


class Erased(NamedTuple):
    """What names the people of some orders, and when the last of them with this name was erased."""

    words: dict[str, datetime]
    tokens: dict[tuple[str, bytes], datetime]
    by: Tokens

    @classmethod
    def since(cls, orders: Sequence[ErasureOrder], using: str) -> "Erased":
        """The restored row of a person says more than the order does. Raises KeyUnavailable."""
        words: dict[str, datetime] = {}
        tokens: dict[tuple[str, bytes], datetime] = {}
        at = {order.contact: order.ordered_at for order in orders}
        for order in orders:
            for kind, token in ((RECORD, order.record_token), (EMAIL, order.email_token)):
                if token is not None:
                    tokens[kind, bytes(token)] = order.ordered_at
        for contact_id, identity in _identities(at, using):
            words |= dict.fromkeys(_naming(identity), at[contact_id])
        return cls(words, tokens, Tokens())

    def is_among(self, problem: ImportProblem) -> bool:
        """Whether a row of before the erasure names one of them; a newer one is another matter."""
        try:
            words = _words(problem.detail)
        except SealBroken:
            return True
        begun = problem.run.created_at
        return any(begun <= moment for word in words for moment in self._moments(word))

    def _moments(self, word: str) -> Iterator[datetime]:
        found = [self.words.get(word)]
        found += [self.tokens.get((kind, self.by.of(kind, word))) for kind in (RECORD, EMAIL)]
        return (moment for moment in found if moment is not None)


def _identities(contact_ids: Iterable[UUID], using: str) -> Iterator[tuple[UUID, dict[str, str]]]:
    for contact in Contact.objects.using(using).filter(pk__in=list(contact_ids)):
        try:
            yield contact.pk, contact.identity
        except SealBroken:
            continue


def _naming(identity: dict[str, str]) -> set[str]:
    return {_plain(str(identity[key])) for key in NAMING if identity.get(key)}


def _words(detail: object) -> set[str]:
    """Every text in the detail of a problem, however deep."""
    if isinstance(detail, dict):
        return _words(list(detail.values()))
    if isinstance(detail, list):
        return set().union(*map(_words, detail)) if detail else set()
    return {_plain(str(detail))}


def _plain(text: str) -> str:
    return text.strip().lower()
