"""Settings of the test suite: one database and one broker number for each worker process."""

import os

from config.settings import *  # noqa: F403
from config.settings import CELERY_BROKER_URL as _BROKER
from config.settings import DATABASES

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
WORKER_NUMBER = int(WORKER.removeprefix("gw"))
for _alias, _database in DATABASES.items():
    _name = "sealpost_keys" if _alias.startswith("keys") else "sealpost"
    _database["NAME"] = f"test_{_name}_{WORKER}"
    _database["CONN_MAX_AGE"] = 0

CELERY_BROKER_URL = _BROKER.replace("virtual_host=0", f"virtual_host={2 * WORKER_NUMBER + 4}")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
