"""People who never lived, the same for the same seed: for demo, benchmarks and tests."""

import csv
import io
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from contacts.fields import Field, Kind, PhiClass, Value

PROVIDERS = (
    "Dr. Amara Oduya",
    "Dr. Luis Castellano",
    "Dr. Priya Raman",
    "Dr. Hannah Voss",
    "Dr. Tomas Eklund",
)
CLINICS = ("Elm Street", "Harbour", "Northgate", "Mill Lane")
PLANS = ("Commercial", "Medicare", "Medicaid", "Marketplace", "Self-pay")
CITIES = ("Alder Falls", "Port Merrow", "Clearmere", "Oldmill", "Northgrove", "Ñandú Springs")
CONDITIONS = (
    "asthma",
    "diabetes",
    "hypertension",
    "high cholesterol",
    "migraine",
    "arthritis",
    "depression",
    "eczema",
)

ATTRIBUTES = (
    Field("sex", "Sex", Kind.CHOICE, PhiClass.LIMITED, ("female", "male", "other")),
    Field("city", "City", Kind.TEXT, PhiClass.LIMITED),
    Field("postal_code", "Postal code", Kind.TEXT, PhiClass.LIMITED),
    Field("provider", "Provider", Kind.TEXT, PhiClass.PHI),
    Field("clinic", "Clinic", Kind.CHOICE, PhiClass.LIMITED, CLINICS),
    Field("next_appointment", "Next appointment", Kind.DATE, PhiClass.PHI),
    Field("last_visit", "Last visit", Kind.DATE, PhiClass.PHI),
    Field("last_mammogram", "Last mammogram", Kind.DATE, PhiClass.PHI),
    Field("balance_due", "Balance due", Kind.NUMBER, PhiClass.PHI),
    Field("plan", "Plan", Kind.CHOICE, PhiClass.PHI, PLANS),
    Field("conditions", "Conditions", Kind.TEXT, PhiClass.SPECIAL),
    Field("refill_due", "Refill due", Kind.DATE, PhiClass.PHI),
)

# The mail servers of the sandbox, with how many of a hundred people have a mailbox there.
_DOMAINS = {
    "harbourmail.example": 34, "lakepost.example": 20, "postbox.example": 16, "elmmail.example": 12,
    "plainmail.example": 8, "oldcert.example": 4, "greymail.example": 6,
}  # fmt: skip

# New England's: numbers of an area that does not exist get no code by phone.
_AREAS = (207, 603, 802, 413, 508, 617, 401, 860)
_FEMALE = (
    "Marisol", "Ada", "Ingrid", "Beatriz", "Nora", "Keiko", "Lucía", "Fatima", "Hanne",
    "Joséphine", "Tamsin", "Odile", "Yara", "Rosa", "Mei", "Grace",
)  # fmt: skip
_MALE = (
    "Tobias", "Mateo", "Anders", "Kofi", "Rafael", "Yusuf", "Henrik", "Émile", "Dmitri",
    "Javier", "Samuel", "Omar", "Piotr", "Luis", "Chen", "Walter",
)  # fmt: skip
_FAMILY = (
    "Quennell", "Ashworth", "Sorrel", "Okafor", "Delacroix", "Vance", "Pettersen", "Muñoz",
    "Hargreave", "Ibarra", "Lindqvist", "Nakata", "O'Dell", "Ferreira", "Achterberg",
    "Zielinski", "Bramble", "Costa", "Wexley", "Null", "Trujillo", "Kaplan", "Birch", "Osei",
    "Marchetti", "Doyle", "Yamaguchi", "Rask", "Peña", "Holloway",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SyntheticPerson:
    """One invented person. `consents` are purposes that they agreed to or withdrew from."""

    identity: dict[str, Value]
    attributes: dict[str, Value]
    consents: dict[str, str]
    is_patient: bool


class People:
    """`count` people as of `today`; about one in eight shares a relative's address."""

    def __init__(self, count: int, *, seed: int, today: date) -> None:
        self._count = count
        self._seed = seed
        self._today = today

    def __iter__(self) -> Iterator[SyntheticPerson]:
        chance = random.Random(self._seed)  # noqa: S311 (synthetic people are not secrets)
        relative: SyntheticPerson | None = None
        for number in range(self._count):
            relative = self._person(number, chance, relative if chance.random() < 0.12 else None)
            yield relative

    def _person(
        self, number: int, chance: random.Random, relative: SyntheticPerson | None
    ) -> SyntheticPerson:
        sex = chance.choices(("female", "male", "other"), (51, 48, 1))[0]
        age = int(chance.triangular(1, 96, 46))
        birth_date = self._ago(chance, age * 365, age * 365 + 364)
        given_name = chance.choice(_MALE if sex == "male" else _FEMALE)
        family_name = str(relative.identity["family_name"]) if relative else chance.choice(_FAMILY)
        identity: dict[str, Value] = {
            "external_id": f"EV-{100_000 + number}",
            "given_name": given_name,
            "family_name": family_name,
            "phone": _invented_phone(chance.randrange(200, 999), chance.randrange(100)),
            "birth_date": birth_date.isoformat(),
            "language": chance.choices(("en", "es"), (78, 22))[0],
        }
        if relative and "email" in relative.identity:
            identity["email"] = relative.identity["email"]
        elif chance.random() < 0.97:
            identity["email"] = _address(given_name, family_name, number, chance)
        is_patient = chance.random() < 0.96
        attributes = self._attributes(chance, sex=sex, age=age, is_patient=is_patient)
        return SyntheticPerson(identity, attributes, _consents(chance), is_patient)

    def _attributes(
        self, chance: random.Random, *, sex: str, age: int, is_patient: bool
    ) -> dict[str, Value]:
        town = chance.randrange(len(CITIES))
        attributes: dict[str, Value] = {
            "sex": sex,
            "city": CITIES[town],
            "postal_code": f"0{4100 + town * 7 + chance.randrange(5)}",
            "clinic": chance.choice(CLINICS),
        }
        if not is_patient:
            return attributes
        attributes |= {
            "provider": chance.choice(PROVIDERS),
            "plan": "Medicare" if age >= 65 and chance.random() < 0.8 else chance.choice(PLANS),
            "last_visit": self._ago(chance, 3, 900).isoformat(),
            "balance_due": round(chance.expovariate(1 / 90), 2) if chance.random() < 0.3 else 0,
        }
        if chance.random() < 0.22:
            attributes["next_appointment"] = (
                self._today + timedelta(days=chance.randrange(1, 60))
            ).isoformat()
        if sex == "female" and age >= 40 and chance.random() < 0.8:
            attributes["last_mammogram"] = self._ago(chance, 20, 1500).isoformat()
        if chance.random() < 0.45:
            attributes["conditions"] = "; ".join(
                chance.sample(CONDITIONS, chance.choice((1, 1, 1, 2, 3)))
            )
            if chance.random() < 0.5:
                attributes["refill_due"] = (
                    self._today + timedelta(days=chance.randrange(-10, 45))
                ).isoformat()
        return attributes

    def _ago(self, chance: random.Random, least: int, most: int) -> date:
        return self._today - timedelta(days=chance.randint(least, most))


def _address(given_name: str, family_name: str, number: int, chance: random.Random) -> str:
    """A mailbox in the sandbox; a few do not exist (gone…) or are full (full…)."""
    fate = chance.random()
    prefix = "gone." if fate < 0.01 else "full." if fate < 0.016 else ""
    name = f"{given_name}.{family_name}".lower().translate(str.maketrans("áéíóúñü", "aeiounu", "'"))
    domain = chance.choices(tuple(_DOMAINS), tuple(_DOMAINS.values()))[0]
    return f"{prefix}{name}{number}@{domain}"


def _invented_phone(region: int, line: int) -> str:
    """Of the hundred numbers in each area that the North American plan keeps free for stories."""
    return f"+1{_AREAS[region % len(_AREAS)]}55501{line:02}"


def _consents(chance: random.Random) -> dict[str, str]:
    consents: dict[str, str] = {}
    if chance.random() < 0.7:
        consents["appointment"] = "granted"
    if (marketing := chance.random()) < 0.36:
        consents["marketing"] = "withdrawn" if marketing < 0.05 else "granted"
    if chance.random() < 0.015:
        consents["care_gap"] = "withdrawn"
    return consents


@dataclass(frozen=True)
class CsvFile:
    """The people as a practice system exports them: US dates, its own headings, 20 columns."""

    people: Iterable[SyntheticPerson]

    HEADINGS = {
        "external_id": "MRN", "given_name": "PatFirst", "family_name": "PatLast",
        "email": "E-Mail", "phone": "Phone", "birth_date": "DOB", "language": "Lang",
    }  # fmt: skip

    @cached_property
    def _keys(self) -> list[str]:
        return [*self.HEADINGS, *(each.key for each in ATTRIBUTES)]

    def lines(self) -> Iterator[str]:
        """The heading, then a line a person; the last column says who agreed to marketing."""
        yield _line([*self.HEADINGS.values(), *(each.label for each in ATTRIBUTES), "OK for news"])
        dates = {"birth_date", *(each.key for each in ATTRIBUTES if each.kind == Kind.DATE)}
        for person in self.people:
            values = person.identity | person.attributes
            cells = [
                _us_date(values.get(key, "")) if key in dates else str(values.get(key, ""))
                for key in self._keys
            ]
            yield _line(
                [
                    *cells,
                    {"granted": "Y", "withdrawn": "N"}.get(
                        person.consents.get("marketing", ""), ""
                    ),
                ]
            )


def _us_date(value: Value) -> str:
    return (
        date.fromisoformat(value).strftime("%m/%d/%Y") if isinstance(value, str) and value else ""
    )


def _line(cells: list[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()
