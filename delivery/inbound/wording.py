"""What mail servers write who report no status: first match wins, an operator's own words before all.

A row says which status (RFC 3463) the words stand for. `operator` is searched in the name of the
server that wrote, and the original message that hangs below is not looked at.
"""

import re
from typing import NamedTuple

READ = 20_000
# Of these a server may write on its own behalf.
SERVERS = {"mailer-daemon", "postmaster", "mail-daemon", "maildaemon", "double-bounce", "bounce"}


class Row(NamedTuple):
    status: str
    words: str
    operator: str = ""


ROWS = (
    Row("4.2.2", r"out of storage space|inboxes? is full|storage quota", r"google|gmail"),
    Row("5.1.1", r"address couldn'?t be found|does not exist", r"google|gmail"),
    Row("5.7.1", r"likely unsolicited|low reputation|unauthenticated", r"google|gmail"),
    Row("5.1.1", r"mailbox unavailable.{0,100}recipient", r"outlook|hotmail|microsoft"),
    Row("5.7.1", r"S3150|S3140|block ?list", r"outlook|hotmail|microsoft"),
    Row("5.1.1", r"dd this user does ?n.t have a|no mailbox here", r"yahoo|aol"),
    Row("4.7.0", r"TSS0\d|unexpected volume|user complaints", r"yahoo|aol"),
    Row("4.2.2", r"(mailbox|quota|inbox|account)\b.{0,40}\b(full|exceeded|over)|over ?quota"),
    Row("5.7.1", r"\bspam\b|block(ed|list)|blacklist|reputation|policy (reasons|violation)|DMARC"),
    Row("5.3.4", r"message (size|too large)|exceeds .{0,30}size"),
    Row("4.4.7", r"(delivery|retry) time.{0,20}(expired|exceeded|out)|could not be delivered for"),
    Row("5.1.2", r"(host|domain).{0,40}not (found|exist)|unrouteable (mail )?domain|no MX"),
    Row(
        "5.1.1",
        r"(user|recipient|mailbox|address|account)\b.{0,60}\b(unknown|not found|does( ?n.t| not) exist|"
        r"disabled|invalid|unavailable)|(unknown|no such|invalid) (user|recipient|mailbox|address)|"
        r"no mailbox here|unrouteable address",
    ),
)
# RFC 3834 and habit: a mail that nobody wrote.
AUTOMATIC_SUBJECT = re.compile(
    r"^(auto(matic|mated)?[- ]?(reply|response|antwort)?:|out of (the )?office|vacation|abwesen|"
    r"respuesta autom|fuera de (la )?oficina|r[ée]ponse auto)",
    re.IGNORECASE,
)
# A mail server says that it gave up, or that it has not given up yet.
FAILURE = re.compile(
    r"undeliver|returned mail|delivery (has )?fail|failure notice|not (be )?delivered|"
    r"delivery status notification|no se pudo entregar|mail delivery (system|subsystem)",
    re.IGNORECASE,
)
DELAY = re.compile(
    r"(has|have) been delayed|delivery (is )?delayed|will (continue|keep) (to )?tr|still being retried|"
    r"\(delay\)|warning: (message|could)",
    re.IGNORECASE,
)
ORIGINAL = re.compile(
    r"^(-{2,}|_{4,}|={4,}) ?(original|begin|below|this is a copy|returned|the header|included)|"
    r"^(original message|reporting-mta|received: )",
    re.IGNORECASE | re.MULTILINE,
)
ENHANCED = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
CODE = re.compile(r"(?<![\d.])([45]\d\d)(?=[ -])")


def is_of_a_server(mail_from: str) -> bool:
    """RFC 5321 4.5.5: reports come from nobody; some servers give their own name."""
    return not mail_from or mail_from.lower().partition("@")[0] in SERVERS


def before_the_original(text: str) -> str:
    """The server's own words."""
    text = text[:READ]
    found = ORIGINAL.search(text)
    return text[: found.start()] if found else text


def status_of(text: str, operator: str) -> str:
    """The status that the words stand for, or "" when they say nothing."""
    for row in ROWS:
        of_operator = not row.operator or re.search(row.operator, operator, re.IGNORECASE)
        if of_operator and re.search(row.words, text, re.IGNORECASE):
            return row.status
    return ""
