"""Settings of the test suite: one database and one broker number for each worker process."""

import os
import re

from config.settings import *  # noqa: F403
from config.settings import CELERY_BROKER_URL as _BROKER
from config.settings import DATABASES
from config.settings import VALKEY_URL as _VALKEY

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
WORKER_NUMBER = int(WORKER.removeprefix("gw"))
for _alias, _database in DATABASES.items():
    _name = "sealpost_keys" if _alias.startswith("keys") else "sealpost"
    _database["NAME"] = f"test_{_name}_{WORKER}"
    _database["CONN_MAX_AGE"] = 0

CELERY_BROKER_URL = re.sub(r"virtual_host=\d+", f"virtual_host={2 * WORKER_NUMBER + 4}", _BROKER)
# Facts of one worker's tests are not drained by another's.
VALKEY_URL = re.sub(r"db=\d+", f"db={2 * WORKER_NUMBER + 5}", _VALKEY)
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": VALKEY_URL}
}
# Celery prefers this variable to the setting; with one broker number, workers took each other's tasks.
os.environ["CELERY_BROKER_URL"] = CELERY_BROKER_URL
PACE_FACTOR = 1000  # a test asks in a second what a person asks in a day
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
