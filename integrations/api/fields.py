"""Serializers that know every field that they accept, and the answers that all resources share."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from contacts.entries import record_number_index
from contacts.models import Contact
from integrations.problems import OWN_WORDS, ContactNotFound
from tenancy.keyring import current_keys


class StrictSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """Refuses what it does not know: a misspelled field must not be lost in silence."""

    def to_internal_value(self, data: object) -> dict[str, object]:
        names = set(data) - set(self.fields) if isinstance(data, Mapping) else set()
        unknown = {str(name): [ErrorDetail("", "unknown")] for name in names}
        try:
            values: dict[str, object] = super().to_internal_value(data)
        except ValidationError as refusal:
            found = refusal.detail if isinstance(refusal.detail, dict) else {}
            raise ValidationError({**found, **unknown}) from None
        if unknown:
            raise ValidationError(unknown)
        return values


def refuse(problems: Mapping[str, str]) -> ValidationError:
    """Our own sentence for each field."""
    return ValidationError(
        {key: [ErrorDetail(sentence, OWN_WORDS)] for key, sentence in problems.items()}
    )


class AboutContact(StrictSerializer):
    """Something about one person, who is named in one of two ways."""

    contact_id = serializers.UUIDField(required=False, help_text="Our id of the contact.")
    external_id = serializers.CharField(
        required=False, max_length=100, help_text="Your id of the person: the record number."
    )

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        if ("contact_id" in attrs) == ("external_id" in attrs):
            raise refuse({"contact_id": "Send either contact_id or external_id."})
        return attrs


def contact_of(values: Mapping[str, Any]) -> Contact:
    """The contact that a validated `AboutContact` names. Raises ContactNotFound."""
    contacts = Contact.objects.all()
    if "contact_id" in values:
        contacts = contacts.filter(pk=values["contact_id"])
    else:
        index = record_number_index(current_keys(), str(values["external_id"]))
        contacts = contacts.filter(external_id_index=index)
    contact = contacts.first()
    if contact is None:
        raise ContactNotFound("There is no such contact. Send the person first.")
    return contact


class ProblemField(serializers.Serializer):  # type: ignore[type-arg]
    pointer = serializers.CharField(help_text="JSON pointer to the field (RFC 6901).")
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemBody(serializers.Serializer):  # type: ignore[type-arg]
    """Why a request was refused (RFC 9457). Repeats nothing of what was sent."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="What to branch on; stays the same.")
    detail = serializers.CharField(help_text="A sentence for a person.")
    instance = serializers.CharField(
        required=False, help_text="Names this one failure; say it when you ask for help."
    )
    errors = ProblemField(many=True, required=False)  # type: ignore[assignment]
