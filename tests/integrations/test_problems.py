import json

import pytest
from django.http import Http404
from rest_framework import exceptions, serializers

from integrations import problems
from tenancy.errors import DomainError


class Inner(serializers.Serializer):
    on = serializers.DateField()


class Person(serializers.Serializer):
    name = serializers.CharField(max_length=5)
    plan = serializers.ChoiceField(["gold"])
    id = serializers.UUIDField()
    visits = Inner(many=True)


def refusal(error):
    answer = problems.respond(error, {})
    assert answer.content_type == "application/problem+json"
    return answer


def test_names_every_bad_field_and_repeats_no_value():
    person = Person(
        data={"name": "Ada Secret", "plan": "HIV", "id": "x", "visits": [{"on": "HIV"}]}
    )
    with pytest.raises(serializers.ValidationError) as raised:
        person.is_valid(raise_exception=True)
    answer = refusal(raised.value)
    assert answer.status_code == 400
    assert answer.data["errors"] == [
        {"pointer": "/name", "code": "max_length", "detail": "This value is too long."},
        {
            "pointer": "/plan",
            "code": "invalid_choice",
            "detail": "Use one of the documented values.",
        },
        {
            "pointer": "/id",
            "code": "invalid",
            "detail": "This value does not have the documented type.",
        },
        {
            "pointer": "/visits/0/on",
            "code": "invalid",
            "detail": "This value does not have the documented type.",
        },
    ]
    assert "HIV" not in json.dumps(answer.data)


def test_names_no_key_that_could_be_a_person():
    detail = {"Ada Lovelace": [exceptions.ErrorDetail("x", "unknown")]}
    [error] = problems.field_errors(detail)
    assert error == {"pointer": "", "code": "unknown", "detail": "There is no such field."}


def test_keeps_sentences_of_our_own():
    detail = {"email": [exceptions.ErrorDetail("This address has no domain.", problems.OWN_WORDS)]}
    [error] = problems.field_errors(detail)
    assert error["detail"] == "This address has no domain."


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (exceptions.ParseError("JSON parse error - Ada"), 400, "parse_error"),
        (exceptions.NotAuthenticated(), 401, "not_authenticated"),
        (exceptions.AuthenticationFailed(), 401, "authentication_failed"),
        (exceptions.PermissionDenied("The key lacks contacts.write."), 403, "forbidden"),
        (Http404("Ada"), 404, "not_found"),
        (exceptions.MethodNotAllowed("Ada"), 405, "method_not_allowed"),
        (exceptions.NotAcceptable(), 406, "not_acceptable"),
        (DomainError("Sign the agreement first."), 409, "domain_error"),
        (exceptions.UnsupportedMediaType("Ada"), 415, "unsupported_media_type"),
        (problems.KeyReused("Use a new key."), 422, "idempotency_key_reused"),
        (problems.TooManyRequests("Wait.", headers={"Retry-After": "3"}), 429, "rate_limited"),
    ],
)
def test_each_refusal_has_its_status_and_a_code_to_branch_on(error, status, code):
    answer = refusal(error)
    assert (answer.status_code, answer.data["status"], answer.data["code"]) == (
        status,
        status,
        code,
    )
    assert "Ada" not in json.dumps(answer.data)


def test_a_fault_of_ours_is_no_problem_of_the_client():
    assert problems.respond(KeyError("Ada"), {}) is None
