"""How strongly a visitor must show who they are: one table, by what a message holds and why it waits."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum

from delivery.escrow.checks import Fact


class Strength(IntEnum):
    """Each is enough where a weaker one is asked for.

    SP 800-63B-4 3.1.3.1: a code in the mailbox confirms the address; it is no second factor. A passkey
    is as strong as what was shown when it was made.
    """

    ONE_FACT = 1  # a code in the mailbox, and a fact on file
    EVERY_FACT = 2  # the same, with each fact that is on file
    AGREED = 3  # a passphrase agreed on outside of email; one that a person chose is what they showed then
    NOTHING_KNOWN = 4  # no row of the table says so: nothing opens it


# By the reason for which the message waits in the portal (models.EscrowItem.Reason).
BY_REASON = {
    "unsafe_transport": Strength.EVERY_FACT,  # whoever reads along on the wire has link and code
    "downgraded": Strength.EVERY_FACT,
    "specially_protected": Strength.EVERY_FACT,
    "prefers_portal": Strength.ONE_FACT,
    "shared_address": Strength.ONE_FACT,
    "listed_domain": Strength.ONE_FACT,
    "author_choice": Strength.ONE_FACT,
    "staff_choice": Strength.ONE_FACT,
    "must_arrive": Strength.ONE_FACT,
}


def required(
    reason: str, *, is_specially_protected: bool, code_is_trusted: bool, must_agree: bool
) -> Strength:
    """What opens the message; `must_agree` is the clinic's wish to take no facts for what needs most.

    A reason that somebody adds later opens to nobody until it has a row.
    """
    needed = BY_REASON.get(reason, Strength.NOTHING_KNOWN)
    if is_specially_protected or not code_is_trusted:
        needed = max(needed, Strength.EVERY_FACT)
    return Strength.AGREED if must_agree and needed == Strength.EVERY_FACT else needed


@dataclass(frozen=True)
class Questions:
    """What is asked beside the code. With neither, nothing on file could tell who it is."""

    facts: tuple[Fact, ...] = ()
    passphrase: bool = False

    def __bool__(self) -> bool:
        return self.passphrase or bool(self.facts)


def questions(
    needed: Strength,
    *,
    on_file: Collection[Fact],
    spent: Collection[Fact] = (),
    preferred: Fact,
    passphrase: int = 0,
    is_in_keys: bool = False,
) -> Questions:
    """A passphrase takes the place of facts where it is as strong; facts never that of a passphrase.

    A weaker one is asked for beside them if the message is sealed with it (`is_in_keys`). `spent` are
    facts that were guessed at too often. Another may stand in where one is enough; where every fact is
    needed, guessing wrong on purpose must not make it fewer.
    """
    if passphrase >= needed:
        return Questions(passphrase=True)
    if needed > Strength.EVERY_FACT or (needed == Strength.EVERY_FACT and spent):
        return Questions()
    left = [fact for fact in on_file if fact not in spent]
    ordered = sorted(left, key=lambda fact: (fact != preferred, fact))
    asked = tuple(ordered[:1] if needed == Strength.ONE_FACT else ordered)
    return Questions(asked, passphrase=is_in_keys and bool(asked))
