"""The OpenAPI document as values for the page that people read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BodyField:
    name: str
    type: str
    is_required: bool
    about: str


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    fields: list[BodyField]
    answers: list[str]


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    operations: list[Operation]


def groups(document: Document) -> list[Group]:
    """The operations by resource, in the order of their paths."""
    operations = list(_operations(document))
    return [
        Group(name.capitalize(), list(inner))
        for name, inner in groupby(operations, key=lambda one: one.path.split("/")[3])
    ]


def _operations(document: Document) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            description, _, scope = operation["description"].rpartition("Scope: ")
            yield Operation(
                id=operation["operationId"],
                method=method.upper(),
                path=path,
                summary=operation["summary"],
                description=description.strip(),
                scope=scope,
                fields=_fields(operation, document),
                answers=[code for code in operation["responses"] if code.startswith("2")],
            )


def _fields(operation: Mapping[str, Any], document: Document) -> list[BodyField]:
    content = operation.get("requestBody", {}).get("content", {})
    body = content.get("application/json", {}).get("schema")
    if body is None:
        return []
    schema = _resolved(body, document)
    required = schema.get("required", [])
    return [
        BodyField(name, _type(inner, document), name in required, inner.get("description", ""))
        for name, inner in schema.get("properties", {}).items()
    ]


def _resolved(schema: Mapping[str, Any], document: Document) -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    found: Mapping[str, Any] = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def _type(schema: Mapping[str, Any], document: Document) -> str:
    (inner,) = schema.get("allOf", [schema])
    resolved = _resolved(inner, document)
    if "enum" in resolved:
        return f"one of {', '.join(map(str, resolved['enum']))}"
    if resolved.get("type") == "object" and "properties" in resolved:
        return f"object of {', '.join(resolved['properties'])}"
    return str(resolved.get("format") or resolved.get("type") or "object")
