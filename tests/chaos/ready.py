"""Imported once by the process that workers are forked from: a start of Django takes a second."""

from importlib import import_module

import django

django.setup()
import_module("tests.chaos.worker")
