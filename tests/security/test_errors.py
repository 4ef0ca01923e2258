"""A failure has an id on its page and in the log, and neither tells whose data it met."""

import io
import json
import logging
import re
from urllib.parse import quote

import pytest
from django.conf import settings
from django.test import Client
from gunicorn.config import Config

from config.hosts import URLCONFS
from config.server_log import ServerLog
from tenancy.log_lines import LineFormatter, place_of
from tenancy.models import Job
from tests import celery_worker
from tests.security import failing_api_urls, failing_urls
from tests.security.failing_urls import CANARY
from tests.tenancy import sample_tasks
from tests.waiting import until

TOKEN = "Zm9yIEFkYSdz"  # as in a patient's link
SECRETS = (CANARY, TOKEN, "spoken")


@pytest.fixture
def log():
    """What our formatter writes, and what the standard one would have."""
    ours, plain = io.StringIO(), io.StringIO()
    handlers = [logging.StreamHandler(ours), logging.StreamHandler(plain)]
    handlers[0].setFormatter(LineFormatter())
    handlers[1].setFormatter(logging.Formatter())
    for handler in handlers:
        logging.getLogger().addHandler(handler)
    yield ours, plain
    for handler in handlers:
        logging.getLogger().removeHandler(handler)


@pytest.fixture
def failing(monkeypatch):
    monkeypatch.setitem(URLCONFS, settings.HOSTS["staff"], failing_urls.__name__)
    monkeypatch.setitem(URLCONFS, settings.HOSTS["api"], failing_api_urls.__name__)
    return {
        host: Client(raise_request_exception=False, headers={"host": settings.HOSTS[host]})
        for host in ("staff", "api")
    }


def leaks(text):
    return [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize("view", ["fails", "fails_in_sql"])
def test_a_failed_page_and_its_log_share_an_id_and_tell_nothing(failing, log, view):
    ours, plain = log
    answer = failing["staff"].post(f"/{view}/{TOKEN}/?q=spoken", {"said": "spoken"})
    page = answer.content.decode()
    error_id = re.search(r"<code>([0-9a-f]{8})</code>", page)[1]
    assert (answer.status_code, leaks(page)) == (500, [])
    lines = [line for line in ours.getvalue().splitlines() if f"error_id={error_id}" in line]
    assert len(lines) == 2
    assert f"route=/{view}/<str:token>/" in lines[1]
    assert re.search(rf"tests\.security\.failing_urls:\d+ in {view}\b", lines[1])
    assert leaks(ours.getvalue()) == []
    assert {CANARY, TOKEN} <= {*leaks(plain.getvalue())}  # the control: there was something to tell


def test_a_failed_call_of_the_api_is_a_problem_with_an_id(failing, log):
    ours, plain = log
    answer = failing["api"].post(
        f"/resource/{TOKEN}/", {"said": "spoken"}, content_type="application/json"
    )
    problem = json.loads(answer.content)
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    error_id = problem.pop("instance").removeprefix("urn:sealpost:error:")
    assert problem == {
        "type": "about:blank", "title": "Internal Server Error", "status": 500, "code": "fault",
        "detail": "This is our fault. Nothing was done; try again.",
    }  # fmt: skip
    assert ours.getvalue().count(f"error_id={error_id}") == 2
    assert leaks(ours.getvalue()) == []
    assert leaks(plain.getvalue()) == [CANARY, TOKEN, "spoken"]


@pytest.mark.parametrize("host", settings.HOSTS)
def test_a_page_that_is_not_there_is_logged_without_its_path(log, host):
    ours, plain = log
    browser = Client(headers={"host": settings.HOSTS[host]})
    answer = browser.get(f"/nowhere/{TOKEN}/{quote(CANARY)}/x?spoken=1")
    assert answer.status_code == 404
    (error_id,) = set(re.findall(r"error_id=([0-9a-f]{8})", ours.getvalue()))
    assert error_id in answer.content.decode()
    assert leaks(ours.getvalue() + answer.content.decode()) == []
    assert TOKEN in plain.getvalue()


@pytest.mark.parametrize(("host", "path"), [("staff", "/account/theme/"), ("api", "/openapi.json")])
def test_an_address_used_the_wrong_way_says_so(log, host, path):
    browser = Client(headers={"host": settings.HOSTS[host]})
    answer = browser.get(path) if host == "staff" else browser.put(path)
    (error_id,) = set(re.findall(r"error_id=([0-9a-f]{8})", log[0].getvalue()))
    words = {"staff": "This address is not opened this way", "api": '"code": "method_not_allowed"'}
    said = answer.content.decode()
    assert (answer.status_code, answer["Allow"]) == (405, "POST" if host == "staff" else "GET")
    assert words[host] in said
    assert error_id in said


def test_a_stream_that_breaks_off_tells_the_servers_log_nothing(failing):
    answer = failing["staff"].get(f"/fails_in_a_stream/{TOKEN}/")
    server = ServerLog(Config())
    said = io.StringIO()
    for handler in server.error_log.handlers:
        handler.setStream(said)
    try:
        b"".join(answer.streaming_content)
    except ValueError:
        server.exception("Error handling request %s", f"/fails_in_a_stream/{TOKEN}/")
    assert "ValueError at tests.security.failing_urls" in said.getvalue()
    assert leaks(said.getvalue()) == []


def test_a_page_that_works_shows_what_it_should(failing):
    assert failing["staff"].get(f"/works/{TOKEN}/").content.decode() == f"{CANARY} {TOKEN}"


def test_a_failed_task_is_logged_by_its_id_alone(clinic, tmp_path):
    file = tmp_path / "worker.log"
    job_id = "0198-job"
    # A queue of its own: the worker that other tests share must not take the task.
    with celery_worker.running(file, "tests.tenancy.sample_tasks", queues="failing"):
        task = sample_tasks.fail_over_a_person.apply_async((job_id,), queue="failing")
        until(lambda: Job.objects.filter(kind="failing").exists())
        until(lambda: "ValueError" in file.read_text())
    said = file.read_text()
    failed = next(line for line in said.splitlines() if "ValueError" in line)
    assert task.id in failed
    assert "ValueError at tests.tenancy.sample_tasks" in failed
    assert leaks(said) == []
    assert job_id not in said
    assert Job.objects.get(kind="failing").problem is None


@pytest.mark.parametrize(
    ("logger", "words", "arguments", "line"),
    [
        ("contacts", "sent %s of %s", (3, CANARY), "sent 3 of [withheld]"),
        ("celery.x", "Task %(name)s: %(exc)s", ({"name": "a.b", "exc": CANARY},), "Task a.b: [withheld]"),
        ("celery.x", "%d left", (CANARY,), "%d left"),
        ("somebody", CANARY, (), "[withheld]"),
        ("django.security.DisallowedHost", f"Invalid {CANARY}", (), "[withheld]"),
        ("contacts", ValueError(CANARY), (), "[withheld]"),
    ],
)  # fmt: skip
def test_says_only_what_is_listed(logger, words, arguments, line):
    record = logging.LogRecord(logger, logging.INFO, "", 1, words, arguments, None)
    record.person, record.count = CANARY, 7
    assert LineFormatter().format(record).partition(f" INFO {logger} ")[2] == f"{line} count=7"


def test_causes_are_named_without_their_words():
    try:
        try:
            raise KeyError(CANARY)
        except KeyError as error:
            raise LookupError(CANARY) from error
    except LookupError as error:
        said = place_of(error)
    assert re.fullmatch(r"LookupError at \S+:\d+ in \w+ <- KeyError at \S+:\d+ in \w+", said)
