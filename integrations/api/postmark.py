"""Postmark's `POST /email` and its relatives, for systems that were written for it."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, ClassVar

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_keys import Scope
from delivery.letters.words import LetterRefused
from delivery.models import Message
from delivery.reports.reasons import in_words
from integrations import problems
from integrations.api.repeatable import repeatable
from integrations.api.sendgrid import scope_for
from integrations.api.with_files import WithFiles
from integrations.letters import asking, postmark
from integrations.letters.asking import Ask, PurposeNeeded
from tenancy import clock
from tenancy.errors import DomainError

TOKEN = "X-Postmark-Server-Token"  # noqa: S105 - the name of a header
OK, BAD_TOKEN, INVALID, INACTIVE = 0, 10, 300, 406
CODES = {
    HTTPStatus.UNAUTHORIZED: BAD_TOKEN,
    HTTPStatus.FORBIDDEN: BAD_TOKEN,
    HTTPStatus.TOO_MANY_REQUESTS: 429,
}
Item = dict[str, Any]


class PostmarkResource(WithFiles):
    """The key is the server token."""

    scopes: ClassVar = {"POST": Scope.LETTERS_SEND}
    # What this request has carried out.
    asks: tuple[Ask, ...] = ()

    def presented(self, request: Request) -> str:
        if not request.headers.get(TOKEN):
            raise NotAuthenticated
        return str(request.headers[TOKEN])

    def require_scope(self, request: Request) -> None:
        """Decided by each message, as a template needs another right."""

    def get_exception_handler(self) -> Callable[..., Response | None]:
        return respond

    def sent(self, body: object, *, template: bool) -> Item:
        """What became of one message. Raises LetterRefused or another DomainError."""
        ask = postmark.read_template(body) if template else postmark.read(body, self.key)
        self.require(scope_for(ask))
        self.spend_for(len(ask.people))
        asking.refuse_heavy([*self.asks, ask])
        messages = asking.carry_out(ask, actor=self.actor)
        self.asks = (*self.asks, ask)
        return _shown(messages, ask)

    def batch(self, bodies: object, *, template: bool) -> Response:
        """An answer for each message, in their order: a bad one is refused by itself."""
        if not isinstance(bodies, list) or len(bodies) > postmark.MOST_IN_A_BATCH:
            raise LetterRefused("Messages", f"Send at most {postmark.MOST_IN_A_BATCH} messages.")
        self.spend_for(len(bodies))
        return Response([self._tried(body, template=template) for body in bodies])

    def _tried(self, body: object, *, template: bool) -> Item:
        try:
            with transaction.atomic():
                return self.sent(body, template=template)
        except DomainError as error:
            return refusal(error)


class Email(PostmarkResource):
    @extend_schema(exclude=True)
    @repeatable
    def post(self, request: Request) -> Response:
        return _answer(self.sent(request.data, template=False))


class EmailBatch(PostmarkResource):
    @extend_schema(exclude=True)
    @repeatable
    def post(self, request: Request) -> Response:
        return self.batch(request.data, template=False)


class EmailWithTemplate(PostmarkResource):
    @extend_schema(exclude=True)
    @repeatable
    def post(self, request: Request) -> Response:
        return _answer(self.sent(request.data, template=True))


class EmailBatchWithTemplates(PostmarkResource):
    @extend_schema(exclude=True)
    @repeatable
    def post(self, request: Request) -> Response:
        body = request.data if isinstance(request.data, dict) else {}
        return self.batch(body.get("Messages"), template=True)


def _shown(messages: list[Message], ask: Ask) -> Item:
    """Postmark's answer. Who may not be written to is said at once: its clients ask no second time."""
    skipped = next((each for each in messages if each.status == Message.Status.SKIPPED), None)
    shown = skipped or messages[0]
    return {
        "To": ", ".join(person.mailbox.address for person in ask.people),
        "SubmittedAt": clock.now().isoformat(),
        "MessageID": str(shown.pk),
        "ErrorCode": INACTIVE if skipped else OK,
        "Message": in_words(shown.reason) if skipped else "OK",
    }


def _answer(item: Item) -> Response:
    is_taken = item["ErrorCode"] == OK
    return Response(item, status=HTTPStatus.OK if is_taken else HTTPStatus.UNPROCESSABLE_ENTITY)


def refusal(error: DomainError) -> Item:
    field = ""
    if isinstance(error, LetterRefused):
        field = postmark.FIELDS.get(error.field, error.field) + ": "
    return {"ErrorCode": INVALID, "Message": f"{field}{error}"}


def respond(error: Exception, context: Mapping[str, object]) -> Response | None:
    """Refusals as Postmark's clients read them."""
    if isinstance(error, LetterRefused | PurposeNeeded):
        return Response(refusal(error), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    answer = problems.respond(error, context)
    if answer is None:
        return None
    if answer.status_code == HTTPStatus.BAD_REQUEST:
        answer.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    code = CODES.get(HTTPStatus(answer.status_code), INVALID)
    answer.data = {"ErrorCode": code, "Message": answer.data["detail"]}
    answer.content_type = "application/json"
    return answer
