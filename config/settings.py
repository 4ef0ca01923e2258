"""All settings. What differs between machines comes from the environment, secrets from files."""

from ipaddress import ip_network
from pathlib import Path

from csp.constants import NONE, SELF

from accounts import signing_keys
from delivery.texting import gateway_settings
from tenancy import environment

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = environment.text("SEALPOST_ENV", "production")
IS_PRODUCTION = ENVIRONMENT == "production"
DEBUG = False
SECRET_KEY, SECRET_KEY_FALLBACKS = signing_keys.read(environment.secret("DJANGO_SECRET_KEY"))

# Origins, separated by audience. Ports share cookies, names do not.
PUBLIC_SCHEME = environment.text("PUBLIC_SCHEME", "http" if not IS_PRODUCTION else "https")
PUBLIC_DOMAIN = environment.text("PUBLIC_DOMAIN", "localhost")
PUBLIC_PORT = environment.text("PUBLIC_PORT", "")
# For how long whoever runs the backups keeps those of the keys: certificates of destruction say so.
BACKUP_KEYS_DAYS = int(environment.text("BACKUP_KEYS_DAYS", "35"))
DELIVERY_SYSTEM_SENDER = environment.text(
    "DELIVERY_SYSTEM_SENDER", f"no-reply@mail.{PUBLIC_DOMAIN}"
)
HOSTS = {
    "staff": f"app.{PUBLIC_DOMAIN}",
    "portal": f"portal.{PUBLIC_DOMAIN}",
    "links": f"links.{PUBLIC_DOMAIN}",
    "preview": f"preview.{PUBLIC_DOMAIN}",
    "api": f"api.{PUBLIC_DOMAIN}",
    # Of the domain that our own mail comes back to; others look for its policy there (RFC 8461 3.3).
    "mta_sts": f"mta-sts.bounce.{DELIVERY_SYSTEM_SENDER.rpartition('@')[2]}".lower(),
}
ORIGINS = {
    name: f"{PUBLIC_SCHEME}://{host}{f':{PUBLIC_PORT}' if PUBLIC_PORT else ''}"
    for name, host in HOSTS.items()
}
ALLOWED_HOSTS = list(HOSTS.values())

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_otp",
    "django_htmx",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "tenancy",
    "audit",
    "accounts",
    "compliance",
    "contacts",
    "segments",
    "campaigns",
    "workflows",
    "delivery",
    "integrations",
]

MIDDLEWARE = [
    "config.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.health.HealthMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "audit.middleware.SourceMiddleware",
    "config.hosts.HostMiddleware",
    "config.own_origin.OwnOriginMiddleware",
    "django.middleware.common.CommonMiddleware",
    "accounts.middleware.PlatformScopeMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.uploads.OpenDoors",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.IdentityMiddleware",
    "accounts.confirmation.ConfirmationMiddleware",
    "config.paces.PaceMiddleware",
    "accounts.middleware.StreamScopeMiddleware",
    "config.error_pages.ErrorPagesMiddleware",
    "accounts.form_once.FormOnceMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = ["accounts.hashers.PasswordHasher"]
SESSION_ENGINE = "accounts.sessions"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
MESSAGE_STORAGE = "accounts.notices.NoticeStorage"
CSRF_FAILURE_VIEW = "accounts.errors.csrf_failure"
ROOT_URLCONF = "config.urls.staff"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["accounts.templatetags.form_token"],
        },
    },
]
FORM_RENDERER = "accounts.form_renderer.FormRenderer"

_MIGRATE = {"CONN_MAX_AGE": 0, "ENGINE": "django.db.backends.postgresql"}
DATABASES = {
    "default": environment.database(environment.text("DATABASE_URL")),
    # A refusal is recorded on a connection of its own, so that a rollback does not take it along.
    "audit": environment.database(environment.text("DATABASE_URL")),
    "keys": environment.database(
        environment.text("KEYS_DATABASE_URL"), ENGINE="django.db.backends.postgresql"
    ),
}
if environment.text("MIGRATE_DATABASE_URL", ""):
    DATABASES["migrate"] = environment.database(
        environment.text("MIGRATE_DATABASE_URL"), **_MIGRATE
    )
    DATABASES["keys_migrate"] = environment.database(
        environment.text("MIGRATE_DATABASE_URL"),
        **{**_MIGRATE, "NAME": DATABASES["keys"]["NAME"]},
    )
DATABASE_ROUTERS = ["tenancy.router.KeysRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

KMS = "tenancy.kms.LocalFileKms"
KMS_ROOT_KEY_FILE = environment.text("KMS_ROOT_KEY_FILE")
KMS_PREVIOUS_ROOT_KEY_FILE = environment.text("KMS_PREVIOUS_ROOT_KEY_FILE", "")

VALKEY_URL = environment.text("VALKEY_URL")
PACE_FACTOR = 1  # of every budget in config.paces
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": VALKEY_URL}
}

REST_FRAMEWORK = {"DEFAULT_SCHEMA_CLASS": "integrations.api.schema.ScopedSchema"}
SPECTACULAR_SETTINGS = {"ENUM_GENERATE_CHOICE_DESCRIPTION": False}

CELERY_BROKER_URL = environment.text("CELERY_BROKER_URL")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_TASK_ROUTES = {
    "delivery.tasks.drain_reactions": {"queue": "ingest"},
    "delivery.tasks.send_urgent*": {"queue": "urgent"},
    "delivery.tasks.freeze*": {"queue": "dispatch"},
    "delivery.tasks.read_inbound": {"queue": "ingest"},
    "delivery.tasks.*": {"queue": "deliver"},
    "contacts.tasks.*": {"queue": "ingest"},
}
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "look-after-accounts": {"task": "accounts.tasks.look_after_accounts", "schedule": 3600.0},
    "look-after-emergencies": {"task": "accounts.tasks.look_after_emergencies", "schedule": 60.0},
    "expire-requests": {"task": "accounts.tasks.expire_requests", "schedule": 300.0},
    "sequence-events": {"task": "audit.tasks.sequence_events", "schedule": 5.0},
    "check-audit-logs": {"task": "audit.tasks.wake_checks", "schedule": 2.0},
    "begin-archives": {"task": "audit.tasks.begin_archives", "schedule": 3600.0},
    "wake-archives": {"task": "audit.tasks.wake_archives", "schedule": 5.0},
    "wake-disposals": {"task": "compliance.tasks.wake_disposals", "schedule": 10.0},
    "remind-reviewers": {"task": "compliance.tasks.remind_reviewers", "schedule": 3600.0},
    "anchor-checkpoints": {"task": "compliance.tasks.anchor_due", "schedule": 300.0},
    "check-sender-domains": {"task": "compliance.tasks.check_due_domains", "schedule": 300.0},
    "look-after-endings": {"task": "compliance.tasks.look_after_endings", "schedule": 5.0},
    "run-retention": {"task": "compliance.tasks.run_due_retention", "schedule": 30.0},
    "send-due-messages": {"task": "delivery.tasks.wake_senders", "schedule": 2.0},
    "send-urgent-messages": {"task": "delivery.tasks.wake_urgent_senders", "schedule": 1.0},
    "send-texts": {"task": "delivery.tasks.wake_text_senders", "schedule": 1.0},
    "look-after-campaigns": {"task": "delivery.tasks.freeze_due", "schedule": 5.0},
    "recover-messages": {"task": "delivery.tasks.recover_messages", "schedule": 30.0},
    "expire-portal": {"task": "delivery.tasks.expire_portal_messages", "schedule": 300.0},
    "drain-reactions": {"task": "delivery.tasks.drain_reactions", "schedule": 5.0},
    "read-inbound-mail": {"task": "delivery.tasks.wake_readers", "schedule": 3.0},
    "remind-of-portal": {"task": "delivery.tasks.remind_of_portal", "schedule": 300.0},
    "drain-system-mail": {"task": "delivery.tasks.drain_system_mail", "schedule": 5.0},
    "report-tls": {"task": "delivery.tasks.report_tls", "schedule": 300.0},
    "look-after-arrivals": {"task": "delivery.tasks.wake_chains", "schedule": 10.0},
    "forget-api-answers": {"task": "integrations.tasks.forget_old_answers", "schedule": 3600.0},
    "wake-reseals": {"task": "accounts.tasks.wake_reseals", "schedule": 2.0},
    "wake-imports": {"task": "contacts.tasks.wake_imports", "schedule": 2.0},
    "wake-exports": {"task": "contacts.tasks.wake_exports", "schedule": 2.0},
}

FILE_UPLOAD_HANDLERS = ["config.uploads.NoFiles"]

LANGUAGE_CODE, TIME_ZONE, USE_TZ = "en-us", "UTC", True
LANGUAGES = [("en", "English"), ("es", "Español")]

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "config.static_finder.VendorFinder",
]
STATIC_ROOT = BASE_DIR / "static_built" if IS_PRODUCTION else None
WHITENOISE_USE_FINDERS = not IS_PRODUCTION
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

SECURE_HSTS_SECONDS = 63_072_000 if PUBLIC_SCHEME == "https" else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
# Not "no-referrer": browsers then send forms with `Origin: null`, which the CSRF check refuses.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_PRODUCTION else None
# A browser keeps such a cookie for this host alone. It counts http://*.localhost as safe.
COOKIE_PREFIX = "__Host-"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sealpost_session"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}sealpost_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [ORIGINS["preview"]],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    },
}

# Only what these networks say about an address counts: proxies of ours in front of the web process.
TRUSTED_PROXIES = [
    ip_network(network) for network in environment.text("TRUSTED_PROXIES", "").split(",") if network
]

# Delivery's doors to the world. What only the sandbox needs is refused in production.
DELIVERY_SMTP_PORT = int(environment.text("DELIVERY_SMTP_PORT", "25"))
DELIVERY_ADDRESS = environment.text("DELIVERY_ADDRESS", "")  # of this machine: mail leaves from it
DELIVERY_EHLO_NAME = environment.text("DELIVERY_EHLO_NAME", f"mail.{PUBLIC_DOMAIN}")
# A resolver on this machine that checks DNSSEC signatures, as 127.0.0.1:53; nothing counts as signed without.
DELIVERY_DNS = environment.text("DELIVERY_DNS", "")
DELIVERY_CA_FILE = environment.text("DELIVERY_CA_FILE", "")
SMIME_CA_FILE = environment.text("SMIME_CA_FILE", "")
DELIVERY_ZONE_FILE = environment.text("DELIVERY_ZONE_FILE", "")
DELIVERY_ALLOW_LOOPBACK = environment.text("DELIVERY_ALLOW_LOOPBACK", "") == "1"
# On the disk of the machine that sends: a directory shared between machines is too slow for it.
DELIVERY_JOURNAL_DIR = environment.text("DELIVERY_JOURNAL_DIR", "/var/lib/sealpost/journal")
# Takes what comes back, and mail of programs. A proxy or the container leads 25, 587 and 465 to it.
SMTPD_BIND = environment.text("SMTPD_BIND", "0.0.0.0")  # noqa: S104 it is a mail server
SMTPD_INBOUND_PORT = int(environment.text("SMTPD_INBOUND_PORT", "2526"))
SMTPD_SUBMISSION_PORTS = environment.text("SMTPD_SUBMISSION_PORTS", "2587 2465").split()
SMTPD_CERTIFICATE_FILE = environment.text("SMTPD_CERTIFICATE_FILE", "")
SMTPD_KEY_FILE = environment.text("SMTPD_KEY_FILE", "")
SANDBOX_MAIL_DIR = environment.text("SANDBOX_MAIL_DIR", "")
STATE_DIR = environment.text("STATE_DIR", "")
MALWARE_SCANNER = environment.text("MALWARE_SCANNER", "")  # clamd, as host:port
TEXT_GATEWAY = gateway_settings.read()

# Names of this installation in agreements and in customers' DNS records.
PLATFORM_OPERATOR = environment.text("PLATFORM_OPERATOR", "Sealpost")
_SUBCONTRACTORS = environment.text("PLATFORM_SUBCONTRACTORS", "").split("|")
PLATFORM_SUBCONTRACTORS = [name for name in _SUBCONTRACTORS if name]
PLATFORM_BOUNCE_HOST = environment.text("PLATFORM_BOUNCE_HOST", f"bounce.{PUBLIC_DOMAIN}")
PLATFORM_SUBMISSION_HOST = environment.text("PLATFORM_SUBMISSION_HOST", f"smtp.{PUBLIC_DOMAIN}")
PLATFORM_SUBMISSION_PORTS = environment.text("PLATFORM_SUBMISSION_PORTS", "587 465").split()
PLATFORM_SPF = environment.text("PLATFORM_SPF", f"include:_spf.{PUBLIC_DOMAIN}")
PLATFORM_DMARC_REPORTS = environment.text("PLATFORM_DMARC_REPORTS", f"dmarc@{PUBLIC_DOMAIN}")
COMPLIANCE_DNS = "config.dns.look_up"
FETCH_DOOR = "config.fetching.door"
CAMPAIGNS_EXPECTED_OF_DOMAINS = "delivery.services.forecasts.expected"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "tenancy.log_lines.LineFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.db.backends": {"level": "WARNING"},
        "mail": {"level": "CRITICAL"},  # aiosmtpd's: it writes down each line that it reads
    },
}
