"""One measured figure, as a ratio to a limit of the same machine in the same run."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Measurement:
    """`value` in `unit`; `limit` in the same unit; `ratio` = value / limit, better when larger.

    `layers` names what was on while it was measured; `goal` is the ratio that the project asks for.
    """

    name: str
    value: float
    unit: str
    limit: float
    ratio: float
    goal: float
    layers: tuple[str, ...] = ()

    def line(self) -> str:
        """One JSON line."""
        return json.dumps(asdict(self))

    @property
    def reaches_goal(self) -> bool:
        return self.ratio >= self.goal
