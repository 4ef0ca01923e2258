"""Which field a column probably is: first by its name, then by what its first cells look like."""

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from contacts.fields import Field, Kind
from contacts.importing.conversion import CellError, Column
from contacts.importing.dates import Order

# A column is what nine in ten of its first cells can be.
ENOUGH = 0.9

_SYNONYMS = {
    "external_id": "mrn medicalrecordnumber recordnumber record patientid patid patient id "
    "externalid chart chartnumber accountnumber memberid personid contactid expediente "
    "mrnumber patientnumber patientno patientnr patnr patno patnum medicalrecordno recordno "
    "chartno patientennummer patientennr fallnummer numerodepaciente numerodeexpediente",
    "given_name": "givenname firstname first fname patfirst patientfirstname nombre",
    "family_name": "familyname lastname last lname surname patlast patientlastname apellidos",
    "email": "email emailaddress mail eaddress correo correoelectronico patemail patientemail",
    "phone": "phone phonenumber mobile cell cellphone telephone tel homephone telefono celular",
    "birth_date": "birthdate dateofbirth dob birthday born patdob fechadenacimiento nacimiento",
    "postal_code": "zip zipcode postcode plz codigopostal",
    "language": "language lang preferredlanguage idioma",
    "is_patient": "ispatient",
    "next_appointment": "nextappt nextvisit nextvisitdate nextappointmentdate apptdate proximacita",
    "last_visit": "lastappt lastvisitdate lastseen ultimavisita",
    "balance_due": "balance amountdue saldo",
    "conditions": "problist problemlist diagnoses diagnosis",
    "deceased_at": "deceased dateofdeath deathdate dod isdeceased deceasedat fallecido",
}
_BY_SYNONYM = {word: key for key, words in _SYNONYMS.items() for word in words.split()}


class Suggestion(NamedTuple):
    """`key` is None when nothing fits; `kind` is what a new field for this column would be."""

    key: str | None
    reason: str
    kind: str


def suggest(
    header: Sequence[str], samples: Sequence[Sequence[str]], fields: Sequence[Field]
) -> list[Suggestion]:
    """One suggestion a column; each field is suggested once, names count before values."""
    columns = [[row[i] for row in samples if i < len(row)] for i in range(len(header))]
    known = {each.key: each for each in fields}
    chosen: dict[str, tuple[int, str]] = {}
    by_name = {_plain(name): each.key for each in fields for name in (each.key, each.label)}
    for index, name in enumerate(header):
        key = by_name.get(_plain(name)) or _BY_SYNONYM.get(_plain(name))
        if key in known:
            chosen.setdefault(key, (index, "name"))
    for key in ("email", "phone"):
        taken = {index for index, _ in chosen.values()}
        fits = [i for i, cells in enumerate(columns) if i not in taken and key in known]
        fits = [i for i in fits if _share(columns[i], known[key]) >= ENOUGH]
        if fits:
            chosen.setdefault(key, (fits[0], "values"))
    by_column = {index: (key, reason) for key, (index, reason) in chosen.items()}
    suggestions = []
    for index, cells in enumerate(columns):
        key_or_none, reason = by_column.get(index, (None, "none"))
        suggestions.append(Suggestion(key_or_none, reason, guess_kind(cells)))
    return suggestions


def guess_kind(cells: Sequence[str]) -> str:
    """The narrowest kind that nine in ten of the cells can be; text when nothing narrower fits."""
    if any(re.fullmatch(r"0\d+", cell) for cell in cells):
        return str(Kind.TEXT)
    for kind in (Kind.BOOLEAN, Kind.DATE, Kind.NUMBER):
        if _share(cells, Field("guess", "", kind, "none")) >= ENOUGH:
            return str(kind)
    return str(Kind.TEXT)


def _share(cells: Sequence[str], field: Field) -> float:
    column = Column(field, Order.NOT_SHOWN, date.max)
    values = [value for value in map(column.__getitem__, cells) if value is not None]
    return (
        sum(not isinstance(value, CellError) for value in values) / len(values) if values else 0.0
    )


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower().translate(str.maketrans("áéíóúñ", "aeioun")))
