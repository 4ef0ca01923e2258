"""The listeners for programs that send by SMTP: 587 with STARTTLS, 465 under TLS (RFC 6409, 8314)."""

import ssl
from collections.abc import Callable
from typing import Any

from aiosmtpd.smtp import AuthResult, LoginPassword

from delivery.inbound.doorkeeper import Doorkeeper, GuardedSmtp, Reticent
from delivery.inbound.listener import Database
from integrations.letters.asking import MOST_PEOPLE
from integrations.submission import accepting
from integrations.submission.accepting import Arrival, Proven, Refused

# The largest letter with its files as base64, and what a program writes around them.
LARGEST = 15_000_000
# RFC 5321 4.5.3.1.5: a reply line holds 512 octets.
LONGEST_ANSWER = 480
_QUOTES = str.maketrans({"“": '"', "”": '"', "\u2019": "'"})


def protocol(
    *, hostname: str, tls: ssl.SSLContext, doorkeeper: Doorkeeper, is_implicit: bool
) -> Callable[[], GuardedSmtp]:
    """Makes the server's half of each connection. `is_implicit`: it is under TLS from its first byte."""
    database = Database()
    handler = Submissions(database)
    return lambda: SubmissionSmtp(
        handler,
        doorkeeper,
        database=database,
        hostname=hostname,
        tls_context=None if is_implicit else tls,
        require_starttls=not is_implicit,
        auth_required=True,
        auth_require_tls=not is_implicit,
        data_size_limit=LARGEST,
        enable_SMTPUTF8=True,
    )


class SubmissionSmtp(GuardedSmtp):
    """An API key is the password; the name before it says nothing."""

    def __init__(self, handler: object, doorkeeper: Doorkeeper, **options: Any) -> None:
        self._database: Database = options.pop("database")
        super().__init__(handler, doorkeeper, authenticator=_claimed, **options)

    async def auth_PLAIN(self, _: Any, args: list[str]) -> AuthResult:  # noqa: N802 aiosmtpd's name
        return await self._proven(await super().auth_PLAIN(_, args))

    async def auth_LOGIN(self, _: Any, args: list[str]) -> AuthResult:  # noqa: N802
        return await self._proven(await super().auth_LOGIN(_, args))

    async def _proven(self, claim: AuthResult) -> AuthResult:
        if not isinstance(claim.auth_data, LoginPassword) or self.session is None:
            return claim
        text = claim.auth_data.password.decode("ascii", "replace")
        address = str((self.session.peer or ("",))[0])
        try:
            proven = await self._database.run(lambda: accepting.prove(text, address=address))
        except Refused as refusal:
            return AuthResult(success=False, handled=False, message=_line(str(refusal)))
        return AuthResult(success=True, auth_data=proven)


def _claimed(_server: Any, _session: Any, _envelope: Any, _way: str, data: Any) -> AuthResult:
    """What was sent, to be proven where the database may be waited for."""
    return AuthResult(success=isinstance(data, LoginPassword), auth_data=data)


class Submissions(Reticent):
    """aiosmtpd's hooks. What they return is the answer to the program."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def handle_RCPT(  # noqa: N802 aiosmtpd's name and signature
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MOST_PEOPLE:
            return f"452 4.5.3 At most {MOST_PEOPLE} people at once"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Go on"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        proven: Proven = session.auth_data
        content = bytes(envelope.original_content)
        arrival = Arrival(proven, tuple(envelope.rcpt_tos), content)
        try:
            return _line(await self._database.run(lambda: accepting.accept(arrival)))
        except Refused as refusal:
            return _line(str(refusal))


def _line(answer: str) -> str:
    """One line of ASCII, as replies are."""
    plain = " ".join(answer.translate(_QUOTES).split()).encode("ascii", "replace").decode()
    return plain[:LONGEST_ANSWER]
