"""What the portal's templates show."""

from typing import Any

from django.urls import reverse

from accounts.display import mask
from compliance import queries as compliance
from delivery.escrow import answers, choosing, passkeys, passphrases, reading, replies, texts
from delivery.escrow import inbox as messages
from delivery.models import EscrowCode, EscrowItem, EscrowVisit, PortalPasskey
from delivery.portal import dates, http
from delivery.portal.links import token_of
from delivery.texting import numbers
from tenancy import clock

DATE_ORDER = {"en": ("month", "day", "year"), "es": ("day", "month", "year")}
DIGITS = {"day": 2, "month": 2, "year": 4}


def check(visit: EscrowVisit, words: dict[str, str]) -> dict[str, Any]:
    item, questions = visit.item, answers.questions(visit)
    by_phone = _by_phone(visit, words) if questions.by_phone else {}
    agreed = passphrases.asked_for(item) if questions.passphrase else None
    mailbox = mask(str(item.contact.identity.get("email", "")))
    return {
        "words": words,
        "token": token_of(item.id),
        "item_id": item.id,
        "clinic": http.clinic(),
        "code_label": words["code_label"].format(mailbox=mailbox),
        "new_code": words["new_code"],
        "or_code": words["passkey_or_code"],
        "questions": questions,
        "has_passkey": bool(passkeys.of_visit(visit)),
        "has_code": EscrowCode.objects.filter(visit=visit).exists(),
        "salt": bytes(agreed.salt).hex() if agreed else "",
        "date_parts": [
            {"name": part, "label": words[part], "length": DIGITS[part]}
            for part in DATE_ORDER[words["language"]]
        ],
    } | by_phone


def _by_phone(visit: EscrowVisit, words: dict[str, str]) -> dict[str, Any]:
    """What differs where the code goes to a phone: it is sent when the person asks for it."""
    text = texts.latest(visit)
    ending = numbers.ending(texts.number_of(visit.item.contact))
    return {
        "has_code": text is not None,
        "text_state": texts.state(text) if text else "",
        "text_words": words[f"phone_{texts.state(text)}"] if text else "",
        "code_label": words["phone_label"].format(ending=ending),
        "phone_lead": words["phone_lead"].format(ending=ending),
        "new_code": words["phone_new"],
        "or_code": words["phone_or_passkey"],
    }


def message(visit: EscrowVisit, words: dict[str, str]) -> dict[str, Any]:
    clinic, item = http.clinic(), visit.item
    language = words["language"]
    expires_on = dates.day(item.expires_at, language, clinic.time_zone)
    has_passkey = PortalPasskey.objects.filter(contact_id=item.contact_id).exists()
    return {
        "words": words,
        "token": token_of(item.id),
        "clinic": clinic,
        "item_id": item.id,
        "salt": bytes(item.passphrase.salt).hex() if item.passphrase else "",
        "from_line": words["from"].format(clinic=clinic.name),
        "written_on": dates.day_and_time(item.deposited_at, language, clinic.time_zone),
        "stays_until": words["stays_until"].format(date=expires_on),
        "has_passkey": has_passkey,
        "keeps_files": reading.keeps_files(item),
        "may_reply": replies.may_reply(item),
        "may_choose": choosing.may_choose(visit),
        "may_end": choosing.chosen_by_person(visit) is not None,
        "may_list": messages.may_list(visit),
        "by_passkey": visit.by_passkey and has_passkey,
        "device_url": _device_url(visit),
        "until": int(item.expires_at.timestamp()),
        "print_mark": _print_mark(item, words) if compliance.policy().portal_may_print else "",
    }


def inbox(visit: EscrowVisit, words: dict[str, str]) -> dict[str, Any]:
    """Raises NotListed."""
    return {
        "words": words,
        "token": token_of(visit.item_id),
        "clinic": http.clinic(),
        "device_url": _device_url(visit) if visit.by_passkey else "",
        "rows": [_row(item, visit, words) for item in messages.listed(visit)],
    }


def _row(item: EscrowItem, visit: EscrowVisit, words: dict[str, str]) -> dict[str, Any]:
    """Days and no word of what it says."""
    language, zone = words["language"], http.clinic().time_zone
    written = dates.day_and_time(item.deposited_at, language, zone)
    until = dates.day(item.expires_at, language, zone)
    told = dates.day(item.reissued_at or item.deposited_at, language, zone)
    is_shown = item.id == visit.item_id
    gate = f"{reverse('portal:gate', args=[token_of(item.id)])}?in={language}"
    return {
        "item_id": item.id,
        "url": "" if is_shown else gate,
        "written_on": words["inbox_written"].format(date=written),
        "state": words["inbox_read" if item.read_at else "inbox_unread"],
        "stays_until": words["notice_until"].format(date=until),
        "by_link": words["inbox_by_link"].format(date=told),
    }


def _device_url(visit: EscrowVisit) -> str:
    return reverse("portal:device", args=[token_of(visit.item_id)])


def _print_mark(item: EscrowItem, words: dict[str, str]) -> str:
    """On the paper: whose it is and when, for whoever finds it."""
    clinic = http.clinic()
    return words["print_mark"].format(
        clinic=clinic.name,
        mailbox=mask(str(item.contact.identity.get("email", ""))),
        time=dates.day_and_time(clock.now(), words["language"], clinic.time_zone),
    )
