"""What is wrong with content, said where it is and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tenancy.errors import DomainError

Severity = Literal["block", "warn"]


@dataclass(frozen=True, slots=True)
class Problem:
    """`where` is a block's id, or subject, preheader, mjml, message. `line` counts within it."""

    severity: Severity
    where: str
    message: str
    line: int = 1


class ContentRefused(DomainError):
    """The content cannot be sent as it is; `problems` says why, place by place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.message for problem in problems[:3]))
        self.problems = tuple(problems)


def refused(where: str, message: str, line: int = 1) -> ContentRefused:
    return ContentRefused([Problem("block", where, message, line)])
