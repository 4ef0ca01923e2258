"""A gateway that takes a form by HTTPS with a name and a secret, as Twilio documents it and others copy it."""

import base64
import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from delivery.texting.gateway import Text, TextNotTaken, Trouble
from delivery.texting.gateway_settings import GatewaySettings
from tenancy.fetch import Answer, Door, FetchFailed
from tenancy.web_address import WebAddressRefused

FORM = "application/x-www-form-urlencoded"
# Twilio: no such number, not a mobile one, its owner said STOP, no way there from here.
OF_THE_NUMBER = frozenset({21211, 21217, 21408, 21610, 21612, 21614})
LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class WebGateway:
    settings: GatewaySettings
    door: Door

    def send(self, text: Text) -> str:
        form = {"To": text.number, "From": self.settings.sender, "Body": text.words}
        try:
            answer = self.door.post(self.settings.url, urlencode(form).encode(), self._headers())
        except WebAddressRefused:
            raise TextNotTaken(Trouble.REFUSED) from None
        except FetchFailed:
            raise TextNotTaken(Trouble.SILENT) from None
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise TextNotTaken(_trouble(answer), answer.status)
        name = _told(answer).get("sid")
        return name if isinstance(name, str) and REFERENCE.fullmatch(name) else ""

    def _headers(self) -> dict[str, str]:
        pair = f"{self.settings.account}:{self.settings.secret}".encode()
        return {
            "Authorization": f"Basic {base64.b64encode(pair).decode()}",
            "Content-Type": FORM,
            "Accept": "application/json",
        }


def _trouble(answer: Answer) -> Trouble:
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status in LATER:
        return Trouble.SILENT
    return Trouble.NUMBER if _told(answer).get("code") in OF_THE_NUMBER else Trouble.REFUSED


def _told(answer: Answer) -> dict[str, object]:
    """What a gateway writes of a failure repeats the number: two fields of it are read, none is kept."""
    try:
        told = json.loads(answer.body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
