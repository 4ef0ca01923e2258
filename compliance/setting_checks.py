"""The strict value of each setting that protects: a production with another one does not start."""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any, NamedTuple

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register, run_checks
from django.core.exceptions import ImproperlyConfigured

from accounts.signing_keys import FormerKeys

TWO_YEARS = 63_072_000
SHORTEST_SECRET = 50
# In this order: what stands outside also looks after the answers of what stands inside.
WALLS = (
    "config.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.hosts.HostMiddleware",
    "config.own_origin.OwnOriginMiddleware",
    "accounts.middleware.PlatformScopeMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.middleware.IdentityMiddleware",
    "config.paces.PaceMiddleware",
    "accounts.middleware.StreamScopeMiddleware",
)


class Rule(NamedTuple):
    """A setting, when its value is strict, and what would happen with another."""

    id: str
    setting: str
    is_strict: Callable[[Any], bool]
    otherwise: str


def _is(strict: object) -> Callable[[Any], bool]:
    return lambda value: bool(value == strict)


def _are_walls(middleware: list[str]) -> bool:
    return [name for name in middleware if name in WALLS] == list(WALLS)


def _are_own_hosts(hosts: list[str]) -> bool:
    return not any(host.startswith((".", "*")) for host in hosts)


def _is_on_this_machine(resolver: str) -> bool:
    """What it says of signatures travels in clear."""
    try:
        return not resolver or ip_address(resolver.rpartition(":")[0].strip("[]")).is_loopback
    except ValueError:
        return False


RULES = (
    Rule("E007", "FETCH_DOOR", _is("config.fetching.door"), "Outgoing requests could reach our own network."),
    Rule("E008", "COOKIE_PREFIX", _is("__Host-"), "Cookies could reach other hosts of the domain."),
    Rule("E009", "SECURE_HSTS_SECONDS", lambda seconds: seconds >= TWO_YEARS, "Browsers could be led to http."),
    Rule("E010", "LOGGING", lambda logging: logging["formatters"]["line"] == {
        "()": "tenancy.log_lines.LineFormatter"}, "Logs could hold values and tokens."),
    Rule("E011", "PACE_FACTOR", _is(1), "Nobody would be stopped who asks too fast."),
    Rule("E012", "FILE_UPLOAD_HANDLERS", _is(["config.uploads.NoFiles"]), "Files would lie open on a disk."),
    Rule("E013", "MIDDLEWARE", _are_walls, "A wall around each request is missing or stands elsewhere."),
    Rule("E014", "PASSWORD_HASHERS", _is(["accounts.hashers.PasswordHasher"]), "Passwords would be easier to guess."),
    Rule("E015", "SESSION_ENGINE", _is("accounts.sessions"), "Sessions would not end by themselves."),
    Rule("E016", "CELERY_TASK_IGNORE_RESULT", _is(True), "Results of tasks would be stored in clear."),
    Rule("E017", "CELERY_WORKER_SEND_TASK_EVENTS", _is(False), "Arguments of tasks would be broadcast."),
    Rule("E018", "ALLOWED_HOSTS", _are_own_hosts, "Names that are not ours would be answered."),
    Rule("E019", "SANDBOX_MAIL_DIR", _is(""), "Received mail of the sandbox would be shown."),
    Rule("E020", "SECRET_KEY", lambda key: len(key) >= SHORTEST_SECRET, "Signed links could be guessed."),
    Rule("E025", "SECRET_KEY_FALLBACKS", lambda keys: isinstance(keys, FormerKeys), "Former keys would not end."),
    Rule("E026", "DELIVERY_DNS", _is_on_this_machine, "Signatures of names could be forged on their way to us."),
    Rule("E027", "TEXT_GATEWAY", lambda gateway: not gateway.folder, "Codes by phone would lie in a folder."),
    Rule("E021", "SESSION_COOKIE_HTTPONLY", _is(True), "A script could read the session."),
    Rule("E022", "CSRF_COOKIE_HTTPONLY", _is(True), "A script could read the form token."),
    Rule("E023", "SESSION_COOKIE_SAMESITE", lambda value: value in {"Lax", "Strict"}, "Other sites could use it."),
    Rule("E024", "WHITENOISE_ALLOW_ALL_ORIGINS", _is(False), "Other sites could read our files."),
)  # fmt: skip


@register(Tags.security, deploy=True)
def check_strict_settings(**_scope: object) -> list[CheckMessage]:
    return [
        Error(
            rule.otherwise,
            hint=f"Leave {rule.setting} as config/settings.py has it.",
            id=f"compliance.{rule.id}",
        )
        for rule in RULES
        if not rule.is_strict(getattr(settings, rule.setting))
    ]


def refuse_loose_settings() -> None:
    """For each process of a production, before it takes its first request or task."""
    if not settings.IS_PRODUCTION:
        return
    found = run_checks(tags=[Tags.security], include_deployment_checks=True)
    ours = [
        f"{error.id}: {error.msg}" for error in found if str(error.id).startswith("compliance.")
    ]
    if ours:
        raise ImproperlyConfigured(" ".join(ours))
