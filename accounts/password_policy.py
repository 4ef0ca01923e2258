"""What a password has to be. No rule about kinds of characters, and no rotation: NIST 800-63B 3.1.1.

Passwords that are in use stay: the rules are asked when one is chosen.
"""

import unicodedata
from collections.abc import Iterable

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from zxcvbn import zxcvbn

from accounts.models import User

SHORTEST = 12
# Until a second factor is set up, the password stands alone.
SHORTEST_ALONE = 15
# Long passphrases are welcome; the limit keeps hashing cheap.
LONGEST = 128
# 0 to 4; 3 means: safe against guessing from a stolen hash for as long as it matters.
LEAST_SCORE = 3
# What zxcvbn takes, and what is enough to judge.
JUDGED = 72

EASY = (
    "This is easy to guess. Use more unrelated words, and nothing that is part of your name, your"
    " email address or your workspace."
)

_common = CommonPasswordValidator()


def normalized(password: str) -> str:
    """The same characters, however the keyboard composed them (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def problems(password: str, *, words: Iterable[str], stands_alone: bool) -> list[str]:
    """What keeps a password from being chosen, in sentences; nothing if it may be.

    `words` are what somebody who knows the person and the workspace tries first.
    """
    password = normalized(password)
    shortest = SHORTEST_ALONE if stands_alone else SHORTEST
    if len(password) < shortest:
        return [f"Use at least {shortest} characters."]
    if len(password) > LONGEST:
        return [f"Use at most {LONGEST} characters."]
    if password.lower().strip() in _common.passwords:
        return ["Many people use this password. Choose another one."]
    found = zxcvbn(password[:JUDGED], user_inputs=_guesses(words))
    if found["score"] < LEAST_SCORE:
        return [EASY]
    return []


def matches(password: str, user: User | None) -> bool:
    """Whether it is the person's password; without a person it takes just as long to say no.

    One that was chosen before it was normalized still opens.
    """
    forms = dict.fromkeys((normalized(password), password))
    if user is None:
        for form in forms:
            make_password(form)
        return False
    return any(user.check_password(form) for form in forms)


def _guesses(words: Iterable[str]) -> list[str]:
    """Each text whole, without its gaps, and by its words."""
    found: dict[str, None] = {"sealpost": None}
    for text in (word.lower() for word in words):
        parts = "".join(char if char.isalnum() else " " for char in text).split()
        found |= dict.fromkeys([text, "".join(parts), *parts])
    return [guess for guess in found if len(guess) > 2]
