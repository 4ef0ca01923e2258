import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application
from django.db import connection

from compliance.setting_checks import refuse_loose_settings
from config import memory
from tenancy import catalogue, hardening
from tenancy.scope import platform_scope

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django = get_wsgi_application()

# Django imports a URLconf, and every view behind it, at the first request for its host.
for urlconf in import_module("config.hosts").URLCONFS.values():
    import_module(urlconf)

application = import_module("delivery.tracking.front").Front(django)

refuse_loose_settings()
hardening.harden()
# Refuse to serve with a hole in the walls between tenants.
with platform_scope(), connection.cursor() as cursor:
    catalogue.refuse_holes(cursor)
connection.close()
memory.settle()
