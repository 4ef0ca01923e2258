"""A contact as the API takes it and as it shows it."""

from collections.abc import Mapping, Sequence
from datetime import date

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from contacts.entries import Entry, EntryRefused, read_entry
from contacts.fields import IDENTITY, STANDING, Field, PhiClass
from contacts.models import Contact
from integrations.api.fields import StrictSerializer
from integrations.problems import OWN_WORDS

TEXT_LIMIT = 200


@extend_schema_field(
    {"oneOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}], "nullable": True}
)
class ValueField(serializers.Field):  # type: ignore[type-arg]
    """Text, number, yes or no: what an attribute can hold. Dates are text."""

    def to_internal_value(self, data: object) -> str | int | float | bool:
        if not isinstance(data, str | int | float | bool):
            self.fail("invalid")
        return data

    def to_representation(self, value: object) -> object:
        return value

    default_error_messages = {"invalid": "A single value is expected."}


class TextField(serializers.CharField):
    """Optional text; null or an empty text clears what is stored."""

    def __init__(self, help_text: str) -> None:
        super().__init__(
            required=False,
            allow_null=True,
            allow_blank=True,
            max_length=TEXT_LIMIT,
            help_text=help_text,
        )


class ContactBody(StrictSerializer):
    """A person as your system knows them. A field that is left out keeps its stored value."""

    external_id = serializers.CharField(
        max_length=100, help_text="Your id of the person, the record number: decides who it is."
    )
    given_name = TextField("Given name.")
    family_name = TextField("Family name.")
    email = TextField("Mailbox; several people may share one.")
    phone = TextField("Phone number, best with its country code.")
    birth_date = serializers.DateField(required=False, allow_null=True)
    language = TextField("Language of mail to them, such as en or es.")
    is_patient = serializers.BooleanField(required=False)
    deceased_at = serializers.DateField(required=False, help_text="Stops all mail at once.")
    attributes = serializers.DictField(
        child=ValueField(allow_null=True),
        required=False,
        help_text="By the key of a contact field of your workspace.",
    )


class ContactAnswer(serializers.Serializer):  # type: ignore[type-arg]
    """A stored person. What the key may not see is null and named in `masked`."""

    id = serializers.UUIDField()
    external_id = serializers.CharField(allow_null=True)
    given_name = serializers.CharField(allow_null=True)
    family_name = serializers.CharField(allow_null=True)
    email = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    birth_date = serializers.DateField(allow_null=True)
    language = serializers.CharField(allow_null=True)
    is_patient = serializers.BooleanField(allow_null=True)
    deceased_at = serializers.DateField(allow_null=True)
    attributes = serializers.DictField(child=ValueField(allow_null=True))
    masked = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


def read_contact(data: object, *, schema: Sequence[Field], today: date) -> Entry:
    """What was sent about one person, converted. Raises ValidationError by field."""
    serializer = ContactBody(data=data)
    serializer.is_valid(raise_exception=True)
    identity = dict(serializer.validated_data)
    attributes = identity.pop("attributes", {})
    try:
        return read_entry(identity, attributes, schema=schema, today=today)
    except EntryRefused as refusal:
        raise _by_field(refusal.problems, attributes) from None


def _by_field(problems: Mapping[str, str], attributes: Mapping[str, object]) -> ValidationError:
    sentences = {key: [ErrorDetail(text, OWN_WORDS)] for key, text in problems.items()}
    own = {key: text for key, text in sentences.items() if key not in attributes}
    inner = {key: text for key, text in sentences.items() if key in attributes}
    return ValidationError({**own, **({"attributes": inner} if inner else {})})


def shown(contact: Contact, *, schema: Sequence[Field], sees_phi: bool) -> dict[str, object]:
    """The answer about one person; without the right to PHI, only what is none."""
    known = {**contact.identity, "is_patient": contact.is_patient}
    identity = {field.key: known.get(field.key) for field in (*IDENTITY, *STANDING)}
    hidden = [] if sees_phi else [f for f in (*IDENTITY, *STANDING) if _is_phi(f)]
    hidden_attributes = [] if sees_phi else [f for f in schema if _is_phi(f)]
    attributes = {field.key: contact.attributes.get(field.key) for field in schema}
    return {
        "id": str(contact.pk),
        **identity,
        **{field.key: None for field in hidden},
        "attributes": {**attributes, **{field.key: None for field in hidden_attributes}},
        "masked": [
            *(field.key for field in hidden),
            *(f"attributes.{field.key}" for field in hidden_attributes),
        ],
        "created_at": contact.created_at.isoformat(),
        "updated_at": contact.updated_at.isoformat(),
    }


def _is_phi(field: Field) -> bool:
    return field.phi_class != PhiClass.NONE
