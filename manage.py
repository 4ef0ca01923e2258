import os
import sys

from django.core.management import execute_from_command_line

from tenancy.scope import platform_scope

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # A command works for no tenant until it enters a tenant's scope itself.
    with platform_scope():
        execute_from_command_line(sys.argv)
