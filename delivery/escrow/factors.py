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
    AGREED = 3  # outside of email: a passphrase (one that a person chose is what they showed then), a code by phone
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
    """What is asked beside the code, and where that goes. With neither, nothing could tell who it is."""

    facts: tuple[Fact, ...] = ()
    passphrase: bool = False
    by_phone: bool = False

    def __bool__(self) -> bool:
        return self.passphrase or self.by_phone or bool(self.facts)


@dataclass(frozen=True)
class Known:
    """What could be asked of a person. `spent` are facts that were guessed at too often."""

    on_file: Collection[Fact] = ()
    spent: Collection[Fact] = ()
    passphrase: int = 0  # its Strength
    is_in_keys: bool = False
    has_phone: bool = False


def questions(needed: Strength, known: Known, *, preferred: Fact) -> Questions:
    """A passphrase takes the place of facts where it is as strong; facts never that of a passphrase.

    Without one, a code goes to the phone where facts alone would be weak, or where there are none. A
    weaker passphrase is asked for as well if the message is sealed with it (`is_in_keys`). Another fact
    may stand in for a spent one where one is enough; where every fact is needed, guessing wrong on
    purpose must not make it fewer.
    """
    if known.passphrase >= needed:
        return Questions(passphrase=True)
    texted = Questions(by_phone=True, passphrase=known.is_in_keys)
    if known.has_phone and Strength.ONE_FACT < needed <= Strength.AGREED:
        return texted
    if needed > Strength.EVERY_FACT or (needed == Strength.EVERY_FACT and known.spent):
        return Questions()
    left = [fact for fact in known.on_file if fact not in known.spent]
    ordered = sorted(left, key=lambda fact: (fact != preferred, fact))
    asked = tuple(ordered[:1] if needed == Strength.ONE_FACT else ordered)
    if known.has_phone and not asked:
        return texted
    return Questions(asked, passphrase=known.is_in_keys and bool(asked))
