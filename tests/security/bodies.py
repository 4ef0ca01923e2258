"""Bodies that the product accepts: of the forms on its pages, and of the OpenAPI document."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any
from uuid import UUID

from integrations.api.documents import document
from tenancy import clock

# A person is named in one of two ways; naming both is refused before anybody is looked for.
EITHER = {"contact_id": "external_id", "external_id": "contact_id"}
SAMPLES = {"boolean": True, "integer": 1, "number": 1.5}


def of_operation(path: str, method: str, own: Mapping[str, object]) -> Any:
    """A whole valid body, with `own` values where a name says so; None if nothing is documented."""
    described = document()["paths"].get(path, {}).get(method.lower(), {})
    content = described.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    return None if schema is None else sample(schema, own)


def sample(schema: Mapping[str, Any], own: Mapping[str, object], name: str = "") -> Any:
    if "$ref" in schema:
        named = schema["$ref"].rpartition("/")[2]
        return sample(document()["components"]["schemas"][named], own, name)
    for several in ("allOf", "oneOf", "anyOf"):
        if several in schema:
            return sample(schema[several][0], own, name)
    if name in own:
        return str(own[name])
    return schema["enum"][0] if "enum" in schema else _of_type(schema, own, name)


def _of_type(schema: Mapping[str, Any], own: Mapping[str, object], name: str) -> Any:
    match schema.get("type", "string"):
        case "object":
            return _object(schema, own)
        case "array":
            return [sample(schema["items"], own, name)]
        case "string":
            return _text(schema)
        case kind:
            return SAMPLES[kind]


def _object(schema: Mapping[str, Any], own: Mapping[str, object]) -> dict[str, Any]:
    inner = schema.get("properties", {})
    made = {name: sample(each, own, name) for name, each in inner.items()}
    if made.keys() >= EITHER.keys():
        del made["external_id"]
    if not inner and isinstance(schema.get("additionalProperties"), dict):
        made["color"] = sample(schema["additionalProperties"], own, "color")
    return made


def _text(schema: Mapping[str, Any]) -> str:
    moment = clock.now()
    formats = {
        "date": moment.date().isoformat(),
        "date-time": moment.isoformat(),
        "uuid": str(UUID(int=7)),
    }
    return formats.get(schema.get("format", ""), "visit")


def places(body: Any, before: tuple[str, ...] = ()) -> Iterator[str]:
    """Every place of one value, as consents.0.evidence.source."""
    if isinstance(body, dict):
        for name, each in body.items():
            yield from places(each, (*before, name))
            if name in EITHER:
                yield ".".join((*before, EITHER[name]))
    elif isinstance(body, list):
        for number, each in enumerate(body):
            yield from places(each, (*before, str(number)))
    else:
        yield ".".join(before)


def put(body: Any, place: str, value: object) -> Any:
    """A copy of the body with another value at the place."""
    *way, last = place.split(".")
    changed = inner = deepcopy(body)
    for step in way:
        inner = inner[int(step) if isinstance(inner, list) else step]
    inner[int(last) if isinstance(inner, list) else last] = value
    if last in EITHER:
        inner.pop(EITHER[last], None)
    return changed
