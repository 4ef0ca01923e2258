"""What a line of a log may say: words that stand in the code, and values of listed kinds.

Anything else could be somebody's name: a value in a database error, a token in a path, a local
variable. So it is left out by default, and a new key has to be listed here.
"""

import logging
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

# Facts that may stand beside a line, as `extra` or by name in its words.
ALLOWED_KEYS = frozenset(
    {
        "count", "error_id", "exception_type", "hostname", "id", "job_id", "limit", "name", "port", "queue",
        "route", "route_class", "runtime", "seconds", "status", "status_code", "task", "tenant_id",
    }
)  # fmt: skip
# Whose templates are constants. Libraries that we do not know may have put a value into their words.
KNOWN_LOGGERS = frozenset(
    {
        "accounts", "audit", "campaigns", "compliance", "config", "contacts", "delivery", "integrations",
        "segments", "tenancy", "workflows", "celery", "django", "gunicorn", "kombu",
    }
)  # fmt: skip
# Of these, the words are what somebody sent: a host name, a parameter.
QUOTING_LOGGERS = ("django.security",)
WITHHELD = "[withheld]"
LONGEST_VALUE = 120
DEEPEST = 12


class LineFormatter(logging.Formatter):
    """Time, level, logger, words, facts; for a failure its types and places, never its message."""

    def format(self, record: logging.LogRecord) -> str:
        facts = " ".join(f"{key}={value}" for key, value in sorted(_facts(record).items()))
        line = (
            f"{self.formatTime(record)} {record.levelname} {record.name} {_words(record)} {facts}"
        )
        error = record.exc_info[1] if record.exc_info else None
        return f"{line.rstrip()} | {place_of(error)}" if error else line.rstrip()


def place_of(error: BaseException) -> str:
    """`ValueError at module:line in function < …`, with the causes behind it."""
    return " <- ".join(f"{_type_of(one)} at {' < '.join(_places(one))}" for one in _causes(error))


def _words(record: logging.LogRecord) -> str:
    is_known = record.name.partition(".")[0] in KNOWN_LOGGERS
    if not is_known or not isinstance(record.msg, str) or record.name.startswith(QUOTING_LOGGERS):
        return WITHHELD
    arguments = record.args
    if not arguments:
        return record.msg
    try:
        if isinstance(arguments, Mapping):
            return record.msg % _Shown(arguments)
        return record.msg % tuple(value if _is_plain(value) else WITHHELD for value in arguments)
    except (TypeError, ValueError):  # %d of something that is not shown
        return record.msg


class _Shown(dict[str, Any]):
    """The arguments by name; those that are not listed, and those that are missing, are withheld."""

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        listed = {key: value for key, value in arguments.items() if key in ALLOWED_KEYS}
        super().__init__({key: _short(value) for key, value in listed.items()})

    def __missing__(self, _key: str) -> str:
        return WITHHELD


def _facts(record: logging.LogRecord) -> dict[str, str]:
    facts = {
        key: _short(value)
        for key, value in vars(record).items()
        if key in ALLOWED_KEYS - {"name"} and value is not None
    }
    request = getattr(record, "request", None)
    match = getattr(request, "resolver_match", None)
    if request is not None:
        facts["route"] = f"/{match.route}" if match else "none"
        facts |= {"error_id": request.error_id} if hasattr(request, "error_id") else {}
    return facts


def _is_plain(value: object) -> bool:
    """Whether a value cannot hold a name: a number, an id."""
    return value is None or isinstance(value, bool | int | float | UUID | HTTPStatus)


def _short(value: object) -> str:
    return " ".join(str(value)[:LONGEST_VALUE].split())


def _type_of(error: BaseException) -> str:
    kind = type(error)
    return (
        kind.__qualname__
        if kind.__module__ == "builtins"
        else f"{kind.__module__}.{kind.__qualname__}"
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen and len(seen) < DEEPEST:
        seen.add(id(current))
        yield current
        current = current.__cause__ or (
            None if current.__suppress_context__ else current.__context__
        )


def _places(error: BaseException) -> list[str]:
    """The innermost first."""
    places = []
    frame = error.__traceback__
    while frame is not None:
        code, module = frame.tb_frame.f_code, frame.tb_frame.f_globals.get("__name__", "?")
        places.append(f"{module}:{frame.tb_lineno} in {code.co_name}")
        frame = frame.tb_next
    return places[::-1][:DEEPEST]
