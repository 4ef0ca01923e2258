"""Which class of data each field of the API holds; a field that is missing here fails a test.

Fields of a person have the class of the person's field; the others are named.
"""

from contacts.fields import IDENTITY, STANDING, PhiClass

OTHERS: dict[str, str] = {
    **dict.fromkeys(
        (
            "campaign_id", "code", "contact_id", "content_id", "created_at", "detail", "errors", "headers",
            "id", "index", "instance", "masked", "media_type", "must_arrive_by",
            "must_arrive_within_hours", "next_cursor", "pointer", "protection",
            "remuneration", "reply_to", "route", "send_at", "sender", "sensitivity", "settled_at",
            "status", "title", "type", "updated_at",
        ),
        PhiClass.NONE.value,
    ),
    # That somebody agreed, when and how; why a message was not sent; what was observed.
    **dict.fromkeys(
        (
            "arrival", "basis", "kind", "last_day", "occurred_at", "prefers_portal", "purpose", "reason",
            "said_at", "scope", "state", "suppressed_at",
        ),
        PhiClass.LIMITED.value,
    ),
    **dict.fromkeys(
        (
            "categories", "contacts", "data", "evidence", "kept", "metadata", "name", "results",
            "source", "subject", "to", "why", "wording",
        ),
        PhiClass.PHI.value,
    ),
    **dict.fromkeys(("attributes", "content", "files", "html", "properties", "text"), PhiClass.SPECIAL.value),
}  # fmt: skip
FIELDS: dict[str, str] = {
    **OTHERS,
    **{field.key: str(field.phi_class) for field in (*IDENTITY, *STANDING)},
}
