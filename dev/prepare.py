"""Run several management commands in one process: starting Django costs more than most of them."""

import os
import sys

import django
from django.core.management import call_command

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from tenancy.scope import platform_scope

    with platform_scope():
        for command in sys.argv[1:]:
            call_command(command, verbosity=0)
