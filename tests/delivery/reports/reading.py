"""What became of a message, in tests, and how its pages read."""

import re

from campaigns.models import Campaign

SENT = {"status": "sent", "route": "tls", "tls_version": "TLSv1.3", "domain": "postbox.example"}
TLS = {
    "level": "T2",
    "host": "mx.postbox.example",
    "tls_version": "TLSv1.3",
    "cipher": "TLS_AES_256_GCM_SHA384",
    "certificate": "ab12",
    "reply": "250 2.0.0 Ok",
}


def page(answer) -> str:
    assert answer.status_code == 200, answer.content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def report_of(campaign: Campaign) -> str:
    return f"/campaigns/{campaign.id}/report/"
