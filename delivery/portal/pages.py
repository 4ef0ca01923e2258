"""What the portal's templates show."""

from typing import Any

from accounts.display import mask
from delivery.escrow import answers, passphrases
from delivery.models import EscrowVisit
from delivery.portal import dates, http
from delivery.portal.links import token_of

DATE_ORDER = {"en": ("month", "day", "year"), "es": ("day", "month", "year")}
DIGITS = {"day": 2, "month": 2, "year": 4}


def check(visit: EscrowVisit, words: dict[str, str]) -> dict[str, Any]:
    item, questions = visit.item, answers.questions(visit)
    agreed = passphrases.asked_for(item) if questions.passphrase else None
    mailbox = mask(str(item.contact.identity.get("email", "")))
    return {
        "words": words,
        "token": token_of(item.id),
        "item_id": item.id,
        "clinic": http.clinic(),
        "code_label": words["code_label"].format(mailbox=mailbox),
        "questions": questions,
        "salt": bytes(agreed.salt).hex() if agreed else "",
        "date_parts": [
            {"name": part, "label": words[part], "length": DIGITS[part]}
            for part in DATE_ORDER[words["language"]]
        ],
    }


def message(visit: EscrowVisit, words: dict[str, str]) -> dict[str, Any]:
    clinic, item = http.clinic(), visit.item
    language = words["language"]
    expires_on = dates.day(item.expires_at, language, clinic.time_zone)
    return {
        "words": words,
        "token": token_of(item.id),
        "clinic": clinic,
        "item_id": item.id,
        "salt": bytes(item.passphrase.salt).hex() if item.passphrase else "",
        "from_line": words["from"].format(clinic=clinic.name),
        "written_on": dates.day_and_time(item.deposited_at, language, clinic.time_zone),
        "stays_until": words["stays_until"].format(date=expires_on),
    }
