"""SendGrid's `POST /v3/mail/send`, for systems that were written for it."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import ClassVar

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_keys import Scope
from delivery.letters.words import LetterRefused
from delivery.models import Message
from integrations import problems
from integrations.api.repeatable import repeatable
from integrations.api.with_files import WithFiles
from integrations.letters import asking, sendgrid
from integrations.letters.asking import Ask, PurposeNeeded, Template
from tenancy.origins import url_on


class MailSend(WithFiles):
    scopes: ClassVar = {"POST": Scope.LETTERS_SEND}

    @extend_schema(exclude=True)
    def post(self, request: Request) -> Response:
        """202 without a body; X-Message-Id names the first message, X-Sealpost-Message-Ids all."""
        answer = self._sent(request)
        ids = answer.data["ids"]
        if ids:
            answer["X-Message-Id"] = ids[0]
            answer["X-Sealpost-Message-Ids"] = ",".join(ids)
        answer.data = None
        return answer

    @repeatable
    def _sent(self, request: Request) -> Response:
        mail = sendgrid.read(request.data, self.key)
        for ask in mail.asks:
            self.require(scope_for(ask))
        self.spend_for(sum(len(ask.people) for ask in mail.asks))
        asking.refuse_heavy(mail.asks)
        with transaction.atomic():
            messages = [message for ask in mail.asks for message in self._carry_out(ask)]
            transaction.set_rollback(mail.is_trial)
        if mail.is_trial:
            return Response({"ids": []}, status=HTTPStatus.OK)
        return Response({"ids": [str(each.pk) for each in messages]}, status=HTTPStatus.ACCEPTED)

    def _carry_out(self, ask: Ask) -> list[Message]:
        return asking.carry_out(ask, actor=self.actor)

    def require_scope(self, request: Request) -> None:
        """Decided by each ask: a template needs another right than words of the system's own."""

    def get_exception_handler(self) -> Callable[..., Response | None]:
        return respond


def scope_for(ask: Ask) -> Scope:
    return Scope.MESSAGES_SEND if isinstance(ask.what, Template) else Scope.LETTERS_SEND


def respond(error: Exception, context: Mapping[str, object]) -> Response | None:
    """Refusals as SendGrid's clients read them."""
    field = None
    if isinstance(error, LetterRefused | PurposeNeeded):
        field = getattr(error, "field", None)
        field = sendgrid.FIELDS.get(str(field), field)
        answer = problems.response(HTTPStatus.BAD_REQUEST, "invalid", str(error))
    else:
        found = problems.respond(error, context)
        if found is None:
            return None
        answer = found
    message = answer.data["detail"]
    help_url = url_on("api", "/docs/")
    answer.data = {"errors": [{"message": message, "field": field, "help": help_url}]}
    answer.content_type = "application/json"
    return answer
