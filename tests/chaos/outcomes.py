"""What became of the messages of each fault, as a table."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from delivery.models import Message
from tests.chaos.faults import Fault
from tests.chaos.invariants import Life

Status = Message.Status
COLUMNS = (Status.SENT, Status.ESCROWED, Status.FAILED, Status.UNCERTAIN)
HEADINGS = ("fault", "rounds", "messages", "sent", "portal", "failed", "uncertain", "twice")


@dataclass
class Outcomes:
    """`twice`: stored two times, each told as uncertain."""

    rounds: Counter[str] = field(default_factory=Counter)
    statuses: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    twice: Counter[str] = field(default_factory=Counter)

    def add(self, faults: Sequence[Fault], lives: Sequence[Life]) -> None:
        self.rounds.update(fault.name for fault in faults)
        for life in lives:
            name = faults[life.person.round].name
            self.statuses[name][life.message.status] += 1
            self.twice[name] += len(life.copies) > 1

    def table(self) -> str:
        rows = [self._row(name, [name]) for name in sorted(self.rounds)]
        rows.append(self._row("all", list(self.rounds)))
        lines = [HEADINGS, *rows]
        return "\n".join(_line(line) for line in lines)

    def _row(self, title: str, names: Sequence[str]) -> tuple[str, ...]:
        statuses: Counter[str] = sum((self.statuses[name] for name in names), Counter())
        counts = [sum(self.rounds[name] for name in names), statuses.total()]
        counts += [statuses[status] for status in COLUMNS]
        counts.append(sum(self.twice[name] for name in names))
        return title, *map(str, counts)


def _line(cells: Sequence[str]) -> str:
    return cells[0].ljust(28) + "".join(_numbers(cells[1:]))


def _numbers(cells: Sequence[str]) -> Iterator[str]:
    return (cell.rjust(11) for cell in cells)
