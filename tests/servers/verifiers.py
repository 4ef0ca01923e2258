"""What other people's software says of a message that arrived: four verifiers, one spam filter."""

import http.client
import json
from typing import Any

import dkim as dkimpy

from dev.mailbench.bench import Bench
from dev.mailbench.postures import SPAM_FILTER
from dev.mailbench.spam import PORT
from tests.delivery.conftest import dkim_record
from tests.delivery.mailauth import mailauth_says
from tests.factories.campaigns import SENDER_DOMAIN

PERL = """
use Mail::DKIM::Verifier;
my $verifier = Mail::DKIM::Verifier->new();
while (<STDIN>) { s/\\r?\\n$//; $verifier->PRINT("$_\\r\\n"); }
$verifier->CLOSE;
print $verifier->result;
"""


def verdicts(bench: Bench, message: bytes) -> dict[str, bool]:
    """Whether each accepts the signature; the last two ask the bench's name system themselves."""
    key = dkim_record()
    name = f"s1._domainkey.{SENDER_DOMAIN}"
    return {
        "dkimpy": dkimpy.verify(message, dnsfunc=lambda *_name, **_options: key),
        "mailauth": mailauth_says(message, name, key.decode()) == "pass",
        "OpenDKIM": bench.run(["opendkim-testmsg"], message).returncode == 0,
        "Mail::DKIM": bench.run(["perl", "-e", PERL], message).stdout == b"pass",
    }


def rspamd_says(message: bytes, *, mail_from: str, rcpt: str) -> dict[str, Any]:
    """Its whole report, for a message that came from the clinic's sending address."""
    told = {
        "IP": "203.0.113.9",
        "Helo": "out.elm.example",
        "Hostname": "out.elm.example",
        "From": mail_from,
        "Rcpt": rcpt,
    }
    connection = http.client.HTTPConnection(SPAM_FILTER, PORT, timeout=30)
    connection.request("POST", "/checkv2", message, told)
    report: dict[str, Any] = json.loads(connection.getresponse().read())
    connection.close()
    return report
