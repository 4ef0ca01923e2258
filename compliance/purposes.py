"""Why a message is sent, and what the law asks for each reason.

The purpose is chosen by the author of a campaign and decides the legal basis that the send gate
looks for. Sources: 45 CFR 164.501 (definitions), 164.506 (treatment, payment, operations),
164.508(a)(3) (marketing), 164.514(f) (fundraising), 42 CFR 2.31 (written consent).
"""

from dataclasses import dataclass
from enum import IntEnum

from django.db.models import TextChoices


class Purpose(TextChoices):
    TREATMENT = "treatment", "Treatment"
    APPOINTMENT = "appointment", "Appointment"
    CARE_GAP = "care_gap", "Care that is due"
    PAYMENT = "payment", "Billing and payment"
    OPERATIONS = "operations", "Our own services"
    REFILL = "refill", "Refill reminder"
    MARKETING = "marketing", "Marketing"
    REMUNERATED = "remunerated", "Marketing that a third party pays for"
    FUNDRAISING = "fundraising", "Fundraising"
    PART2 = "part2", "Specially protected care"


# What a person can do without, and nobody asks for unsafely.
PROMOTION = frozenset({Purpose.MARKETING, Purpose.REMUNERATED, Purpose.FUNDRAISING})


class Remuneration(TextChoices):
    """What the author stated about third-party pay for the message."""

    UNSTATED = "unstated", "Not stated"
    NONE = "none", "Nobody pays for this message"
    AT_COST = "at_cost", "A third party pays no more than our cost"
    PAID = "paid", "A third party pays for this message"


class Evidence(IntEnum):
    """What a person agreed to, from weakest to strongest."""

    NONE = 0
    OPT_IN = 1
    WRITTEN = 2


@dataclass(frozen=True, slots=True)
class PurposeRule:
    """One row of the purpose table.

    `is_discretionary` messages can wait: they count against the frequency cap, keep quiet hours and
    carry the one-click unsubscribe header (RFC 8058). `basis` is what holds for patients.
    """

    patients_need: Evidence
    others_need: Evidence
    remuneration: frozenset[Remuneration]
    is_discretionary: bool
    policy_may_waive_opt_in: bool
    basis: str

    @property
    def basis_of_others(self) -> str:
        """For people who are no patients, of whom the exceptions for care do not speak."""
        if self.others_need is Evidence.OPT_IN:
            return "People who are no patients must have opted in."
        return self.basis

    @property
    def summary(self) -> str:
        """What holds for everybody whom a message with this purpose may be meant for."""
        if self.basis == self.basis_of_others:
            return self.basis
        return f"{self.basis} {self.basis_of_others}"


_UNPAID = frozenset({Remuneration.UNSTATED, Remuneration.NONE})
_CARE = PurposeRule(
    patients_need=Evidence.NONE,
    others_need=Evidence.OPT_IN,
    remuneration=_UNPAID,
    is_discretionary=False,
    policy_may_waive_opt_in=False,
    basis="Patients need not agree; they may refuse email (45 CFR 164.506(c)).",
)
_MARKETING = PurposeRule(
    patients_need=Evidence.WRITTEN,
    others_need=Evidence.OPT_IN,
    remuneration=_UNPAID,
    is_discretionary=True,
    policy_may_waive_opt_in=False,
    basis="Patients must have signed an authorization (45 CFR 164.508(a)(3)).",
)

PURPOSE_RULES: dict[Purpose, PurposeRule] = {
    Purpose.TREATMENT: _CARE,
    Purpose.APPOINTMENT: _CARE,
    Purpose.CARE_GAP: _CARE,
    Purpose.PAYMENT: PurposeRule(
        patients_need=Evidence.NONE,
        others_need=Evidence.OPT_IN,
        remuneration=_UNPAID,
        is_discretionary=False,
        policy_may_waive_opt_in=False,
        basis="Patients need not agree; they may refuse email (45 CFR 164.506(c)).",
    ),
    Purpose.OPERATIONS: PurposeRule(
        patients_need=Evidence.OPT_IN,
        others_need=Evidence.OPT_IN,
        remuneration=frozenset({Remuneration.NONE}),
        is_discretionary=True,
        policy_may_waive_opt_in=True,
        basis="Allowed while no third party pays (45 CFR 164.501). Patients must have opted in, "
        "unless your policy waives it.",
    ),
    Purpose.REFILL: PurposeRule(
        patients_need=Evidence.OPT_IN,
        others_need=Evidence.OPT_IN,
        remuneration=frozenset({Remuneration.NONE, Remuneration.AT_COST}),
        is_discretionary=True,
        policy_may_waive_opt_in=True,
        basis="A third party may pay no more than our cost (45 CFR 164.501). Patients must have "
        "opted in, unless your policy waives it.",
    ),
    Purpose.MARKETING: _MARKETING,
    Purpose.REMUNERATED: PurposeRule(
        patients_need=Evidence.WRITTEN,
        others_need=Evidence.OPT_IN,
        remuneration=frozenset({Remuneration.AT_COST, Remuneration.PAID}),
        is_discretionary=True,
        policy_may_waive_opt_in=False,
        basis="Patients must have signed an authorization that says who pays "
        "(45 CFR 164.508(a)(3)(ii)).",
    ),
    Purpose.FUNDRAISING: PurposeRule(
        patients_need=Evidence.WRITTEN,
        others_need=Evidence.OPT_IN,
        remuneration=_UNPAID,
        is_discretionary=True,
        policy_may_waive_opt_in=False,
        basis="Patients must have signed an authorization; 45 CFR 164.514(f) asks for less.",
    ),
    # The written consent is asked for by the gate's own rule for specially protected information,
    # which holds for such content under any purpose.
    Purpose.PART2: PurposeRule(
        patients_need=Evidence.NONE,
        others_need=Evidence.NONE,
        remuneration=_UNPAID,
        is_discretionary=False,
        policy_may_waive_opt_in=False,
        basis="The person must have agreed in writing to exactly this (42 CFR 2.31).",
    ),
}
