"""Contacts: create or update by record number, one or many; list, find, look at."""

from http import HTTPStatus
from typing import ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_keys import Scope
from contacts import queries as contacts
from contacts.entries import Entry, record_number_index
from contacts.models import Contact
from contacts.services import people
from contacts.services.storing import Stored
from integrations.api.base import Resource
from integrations.api.contact_values import ContactAnswer, ContactBody, read_contact, shown
from integrations.api.documented import IDEMPOTENCY_KEY, documented
from integrations.api.fields import AboutContact, ProblemField, contact_of
from integrations.api.lines import MEDIA_TYPE, NdjsonParser
from integrations.api.paging import PARAMETERS, page_of
from integrations.api.repeatable import repeatable
from integrations.problems import TooLarge, field_errors
from tenancy import clock
from tenancy.keyring import current_keys

MOST_CONTACTS = 1_000


class ContactPage(serializers.Serializer):  # type: ignore[type-arg]
    data = ContactAnswer(many=True)  # type: ignore[assignment]
    next_cursor = serializers.CharField(allow_null=True)


class BatchBody(serializers.Serializer):  # type: ignore[type-arg]
    contacts = serializers.ListField(child=ContactBody(), max_length=MOST_CONTACTS)


class BatchItem(serializers.Serializer):  # type: ignore[type-arg]
    index = serializers.IntegerField(help_text="Which one of those sent, from 0.")
    status = serializers.ChoiceField(["created", "changed", "same", "refused"])
    id = serializers.UUIDField(allow_null=True)
    errors = ProblemField(many=True)  # type: ignore[assignment]


class BatchAnswer(serializers.Serializer):  # type: ignore[type-arg]
    results = BatchItem(many=True)


class Contacts(Resource):
    scopes: ClassVar = {"GET": Scope.CONTACTS_READ, "POST": Scope.CONTACTS_WRITE}

    @documented(
        "contacts_list",
        "List contacts",
        answers={HTTPStatus.OK: ContactPage},
        parameters=PARAMETERS,
    )
    def get(self, request: Request) -> Response:
        page, next_cursor = page_of(Contact.objects.all(), request)
        schema = contacts.schema()
        self.shows(len(page))
        data = [shown(one, schema=schema, sees_phi=self.sees_phi) for one in page]
        return Response({"data": data, "next_cursor": next_cursor})

    @documented(
        "contacts_upsert",
        "Create or update a contact",
        request=ContactBody,
        answers={HTTPStatus.OK: ContactAnswer, HTTPStatus.CREATED: ContactAnswer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        schema = contacts.schema()
        entry = read_contact(request.data, schema=schema, today=clock.now().date())
        stored = people.upsert([entry], actor=self.actor)
        contact = Contact.objects.get(pk=_stored_id(entry, stored))
        status = HTTPStatus.CREATED if stored.created else HTTPStatus.OK
        self.shows(1)
        return Response(shown(contact, schema=schema, sees_phi=self.sees_phi), status=status)


class ContactBatch(Resource):
    scopes: ClassVar = {"POST": Scope.CONTACTS_WRITE}
    parser_classes = (JSONParser, NdjsonParser)

    @documented(
        "contacts_batch",
        "Create or update up to 1,000 contacts",
        request={"application/json": BatchBody, MEDIA_TYPE: ContactBody},
        answers={HTTPStatus.OK: BatchAnswer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        """A bad contact is refused by itself; the good ones are stored."""
        items = _items(request.data)
        self.spend_for(len(items))
        entries, refused = _read(items)
        stored = people.upsert(list(entries.values()), actor=self.actor)
        results = [
            refused.get(index) or _result(index, entries[index], stored)
            for index in range(len(items))
        ]
        return Response({"results": results})


class ContactSearch(Resource):
    scopes: ClassVar = {"POST": Scope.CONTACTS_READ}

    @documented(
        "contacts_search",
        "Find a contact by your own id",
        request=AboutContact,
        answers={HTTPStatus.OK: ContactAnswer},
    )
    def post(self, request: Request) -> Response:
        """A POST, so that a record number stands in no address and no log."""
        about = AboutContact(data=request.data)
        about.is_valid(raise_exception=True)
        contact = contact_of(about.validated_data)
        self.shows(1)
        return Response(shown(contact, schema=contacts.schema(), sees_phi=self.sees_phi))


class ContactDetail(Resource):
    scopes: ClassVar = {"GET": Scope.CONTACTS_READ}

    @documented("contacts_get", "Look at a contact", answers={HTTPStatus.OK: ContactAnswer})
    def get(self, _: Request, contact_id: UUID) -> Response:
        contact = get_object_or_404(Contact, pk=contact_id)
        self.shows(1)
        return Response(shown(contact, schema=contacts.schema(), sees_phi=self.sees_phi))


def _items(data: object) -> list[object]:
    items = data
    if isinstance(data, dict) and set(data) == {"contacts"}:
        items = data["contacts"]
    if not isinstance(items, list) or not items:
        raise ValidationError({"contacts": [ErrorDetail("", "empty")]})
    if len(items) > MOST_CONTACTS:
        raise TooLarge(f"Send at most {MOST_CONTACTS:,} contacts at once.")
    return items


def _read(items: list[object]) -> tuple[dict[int, Entry], dict[int, dict[str, object]]]:
    """The readable ones and the refusals, by place."""
    schema, today = contacts.schema(), clock.now().date()
    entries: dict[int, Entry] = {}
    refused: dict[int, dict[str, object]] = {}
    for index, item in enumerate(items):
        try:
            entries[index] = read_contact(item, schema=schema, today=today)
        except ValidationError as refusal:
            errors = list(field_errors(refusal.detail))
            refused[index] = {"index": index, "status": "refused", "id": None, "errors": errors}
    return entries, refused


def _result(index: int, entry: Entry, stored: Stored) -> dict[str, object]:
    key = record_number_index(current_keys(), entry.identity["external_id"])
    outcomes = (("created", stored.created), ("changed", stored.changed), ("same", stored.same))
    status = next(word for word, contacts_by_key in outcomes if key in contacts_by_key)
    contact_id = str(stored.everyone[key])
    return {"index": index, "status": status, "id": contact_id, "errors": []}


def _stored_id(entry: Entry, stored: Stored) -> UUID:
    return stored.everyone[record_number_index(current_keys(), entry.identity["external_id"])]
