"""What other people's software says of a message that arrived: four verifiers, one spam filter."""

import http.client
import json
from pathlib import Path
from typing import Any

import dkim as dkimpy

from delivery.wire.resolver import validating
from dev.mailbench.bench import Bench
from dev.mailbench.postures import RESOLVER, SPAM_FILTER
from dev.mailbench.spam import PORT

MAILAUTH = Path(__file__).with_name("verify_dkim.mjs")
# It knows no Ed25519, and takes such a signature for one that it need not judge.
PERL = """
use Mail::DKIM::Verifier;
my $verifier = Mail::DKIM::Verifier->new();
while (<STDIN>) { s/\\r?\\n$//; $verifier->PRINT("$_\\r\\n"); }
$verifier->CLOSE;
print $verifier->result;
"""


def verdicts(bench: Bench, message: bytes) -> dict[str, str]:
    """What each says of the two signatures; all ask the bench's name system for the keys."""
    mailauth = bench.run(["node", MAILAUTH], message)
    return {
        "dkimpy": _dkimpy_says(message),
        "mailauth": mailauth.stdout.decode(),
        "OpenDKIM": f"exit {bench.run(['opendkim-testmsg'], message).returncode}",
        "Mail::DKIM": bench.run(["perl", "-e", PERL], message).stdout.decode(),
    }


def _dkimpy_says(message: bytes) -> str:
    resolver = validating(f"{RESOLVER}:53")

    def key(name: bytes, **_options: object) -> bytes:
        (found,) = resolver.resolve(name.decode(), "TXT")
        return b"".join(found.strings)

    verifier = dkimpy.DKIM(message)
    return ", ".join("pass" if _holds(verifier, place, key) else "fail" for place in (0, 1))


def _holds(verifier: dkimpy.DKIM, place: int, key: object) -> bool:
    try:
        return bool(verifier.verify(idx=place, dnsfunc=key))
    except dkimpy.ValidationError:
        return False


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
