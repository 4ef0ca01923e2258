"""The settings that protect, in one table: which change of each protects less.

What protects less needs step-up, a reason and a second person (compliance.services.protection); what
protects more holds at once. Settings of sign-in are in accounts, below this app, and follow the same
rule there (accounts.factor_rules, accounts.services.allow_list).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from compliance.models import Policy, RetentionSettings
from compliance.retained import TERMS, Retained, in_words
from tenancy.models import TenantModel

Values = tuple[Any, ...]
DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Setting:
    """Fields that are one decision, and whether going from the old values to the new ones protects less."""

    label: str
    fields: tuple[str, ...]
    loosens: Callable[[Values, Values], bool]
    words: Callable[[Values], str]
    # Whether somebody who works alone may decide it, with a reason: else they could never send.
    may_be_decided_alone: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A table with one row a workspace, and what its fields protect. What is `neutral` protects nothing."""

    model: type[TenantModel]
    title: str
    url_name: str
    action: str
    kind: str
    settings: tuple[Setting, ...]
    neutral: frozenset[str] = frozenset()

    @property
    def fields(self) -> list[str]:
        return [field for setting in self.settings for field in setting.fields]

    def typed(self, field: str, plain: object) -> object:
        """A value of the column from what JSON made of it."""
        return self.model._meta.get_field(field).to_python(plain)  # type: ignore[union-attr]

    def looser(self, row: TenantModel, wanted: Mapping[str, object]) -> list[Setting]:
        """The decisions among `wanted` that would protect less than `row` does."""
        return [
            setting
            for setting in self.settings
            if (is_ := _values(setting, row, wanted)) != (was := _values(setting, row, {}))
            and setting.loosens(was, is_)
        ]


def _values(setting: Setting, row: TenantModel, wanted: Mapping[str, object]) -> Values:
    return tuple(wanted.get(field, getattr(row, field)) for field in setting.fields)


def lower(was: Values, is_: Values) -> bool:
    return bool(is_ < was)


def higher(was: Values, is_: Values) -> bool:
    return bool(is_ > was)


def no_limit_or_higher(was: Values, is_: Values) -> bool:
    """None is no limit at all."""
    return was[0] is not None and (is_[0] is None or is_[0] > was[0])


def narrower_window(was: Values, is_: Values) -> bool:
    """Whether a minute that was quiet is not quiet any more."""
    return not quiet_minutes(*was) <= quiet_minutes(*is_)


def quiet_minutes(begin: time | None, end: time | None) -> set[int]:
    """The minutes of a day between two times, over midnight if need be."""
    if begin is None or end is None:
        return set()
    first, last = begin.hour * 60 + begin.minute, end.hour * 60 + end.minute
    length = (last - first) % DAY_MINUTES
    return {(first + minute) % DAY_MINUTES for minute in range(length)}


def _is(loose: object) -> Callable[[Values, Values], bool]:
    return lambda _was, is_: is_[0] == loose


def _label_of(choices: Iterable[tuple[Any, Any]]) -> Callable[[Values], str]:
    labels = dict(choices)
    return lambda values: str(labels[values[0]])


def _count(unit: str) -> Callable[[Values], str]:
    return lambda values: "No limit" if values[0] is None else f"{values[0]} {unit}"


def _window(values: Values) -> str:
    begin, end = values
    return "None" if begin is None else f"{begin:%H:%M} to {end:%H:%M}"


def _yes_or_no(values: Values) -> str:
    return "Yes" if values[0] else "No"


POLICY = Group(
    Policy,
    "Policy",
    "compliance:policy",
    action="policy.changed",
    kind="policy.loosen",
    settings=(
        Setting(
            "Approval", ("approval_mode",),
            _is(Policy.ApprovalMode.SELF_ATTESTATION), _label_of(Policy.ApprovalMode.choices),
            may_be_decided_alone=True,
        ),
        Setting("Protection of the way", ("tls_floor",), lower, _label_of(Policy.TlsFloor.choices)),
        Setting(
            "Always by the secure portal", ("portal_from",),
            higher, _label_of(Policy.PortalFrom.choices),
        ),
        Setting("Portal messages stay", ("portal_expiry_days",), higher, _count("days")),
        Setting("Own services without opt-in", ("may_operate_without_opt_in",), higher, _yes_or_no),
        Setting("Cap for each person", ("frequency_cap",), no_limit_or_higher, _count("messages")),
        Setting("The cap counts over", ("frequency_window_days",), lower, _count("days")),
        Setting("Quiet hours", ("quiet_from", "quiet_until"), narrower_window, _window),
    ),
    # Which fact is harder to know for a stranger depends on what the clinic prints on its letters.
    neutral=frozenset({"portal_fact"}),
)  # fmt: skip

RETENTION = Group(
    RetentionSettings,
    "Retention",
    "retention:settings",
    action="retention.changed",
    kind="retention.loosen",
    settings=tuple(
        Setting(
            TERMS[retained].label,
            (retained.field,),
            lower if TERMS[retained].shorter_is_looser else higher,
            lambda values: in_words(values[0]),
        )
        for retained in Retained
    ),
)

GROUPS = (POLICY, RETENTION)
