"""Nothing but the guarded door calls out over the web, and nothing but it and mail opens a socket."""

import ast
import subprocess

import pytest

from dev.places import ROOT

APPS = ("config", "integrations", "delivery", "workflows", "campaigns", "segments", "contacts",
        "compliance", "accounts", "audit", "tenancy")  # fmt: skip
# Modules of the standard library and of anything installed that can open a connection.
CALLERS = frozenset(
    {
        "aiohttp", "asyncore", "ftplib", "grpc", "http.client", "httpcore", "httpx", "imaplib", "nntplib",
        "poplib", "pycurl", "requests", "smtplib", "socket", "socketserver", "ssl", "telnetlib", "treq",
        "urllib.request", "urllib3", "websocket", "websockets", "xmlrpc.client",
    }
)  # fmt: skip
ASYNCIO_CALLS = frozenset({"open_connection", "create_connection", "open_unix_connection"})
# What stays, and why.
DOORS = {
    "tenancy.fetch": "the guarded door",
    "tenancy.timed_socket": "its connection",
    "delivery.doors": "asks whether this machine has the address that mail leaves from",
    "delivery.wire.connection": "the mail door",
    "delivery.wire.conversation": "names what the mail door waits for",
    "delivery.wire.loop": "waits for connections of the mail door",
    "delivery.wire.session": "the mail door",
    "delivery.wire.tls": "the mail door",
    "delivery.wire.tls_layer": "the mail door",
    "compliance.checks": "looks whether OpenSSL does as it is told",
    "compliance.mail_certificates": "asks where the system keeps its authorities",
    "delivery.escrow.scanning": "asks the malware scanner that the operator named",
    "delivery.inbound.listener": "listens, and opens nothing",
    "delivery.inbound.serving": "listens, and opens nothing",
    "integrations.management.commands.smtpd": "loads the certificate that it shows",
    "integrations.submission.listener": "listens, and opens nothing",
}


def callers_in(source):
    """Names of connecting modules that a source imports or reaches."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Attribute) and node.attr in ASYNCIO_CALLS:
            found.add(f"socket.{node.attr}")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= {node.value} & CALLERS - {"requests", "ssl"}  # importlib.import_module("…")
    return {name for name in found if any(f"{name}.".startswith(f"{one}.") for one in CALLERS)}


def modules():
    listed = subprocess.run(
        ["git", "ls-files", *(f"{app}/*.py" for app in APPS)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [path for path in listed.stdout.split() if (ROOT / path).exists()]


def test_only_the_doors_open_a_connection():
    found = {
        path.removesuffix(".py").replace("/", ".")
        for path in modules()
        if callers_in((ROOT / path).read_text())
    }
    assert found == DOORS.keys()


@pytest.mark.parametrize(
    "source",
    ["import requests", "import urllib.request", "from urllib import request", "import socket as s",
     "from http.client import HTTPSConnection", "from http import client", "import httpx._client",
     "import asyncio\nasyncio.open_connection('h', 1)", "importlib.import_module('httpx')"],
)  # fmt: skip
def test_a_planted_caller_is_found(source):
    assert callers_in(source)


@pytest.mark.parametrize(
    "source", ["from http import HTTPStatus", "from urllib.parse import urlsplit", "requests = 1"]
)
def test_what_does_not_connect_is_left_alone(source):
    assert not callers_in(source)
