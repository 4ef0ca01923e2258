"""Reports about TLS go where TLS fails; no other mail can take that way."""

import ast
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from delivery.drafts.draft import Draft, Letterhead
from delivery.models import SentTlsReport
from delivery.routes import STRICT, TLS_REPORT, WITHOUT_PHI, Way, decide
from delivery.tls_sent.letter import ReportDraft
from delivery.tls_sent.report import Report
from delivery.tls_sent.way import NotAReport, ReportWay
from delivery.wire.dns import Tlsa
from delivery.wire.door import Result
from delivery.wire.levels import Level
from delivery.wire.policies import Policies
from tenancy.scope import PLATFORM_TENANT_ID
from tests.delivery.test_policies import Web, names
from tests.delivery.test_routes import model
from tests.delivery.wires import Announcements, envelope, transport_to
from tests.smtp_server import NAME, FaultServer

APPS = Path(__file__).parents[3]
DAY = date(2026, 11, 23)
LETTERHEAD = Letterhead("Sealpost <s@sealpost.example>", "sealpost.example", (), b"k" * 32)


def report() -> ReportDraft:
    told = Report("sealpost.example", "s@sealpost.example", "x.example", DAY, {"T2": 20})
    row = SentTlsReport(
        tenant_id=PLATFORM_TENANT_ID, day=DAY, domain="x.example", counts={"T2": 20}, sessions=20
    )
    return ReportDraft.of(told, row, "ada@x.example", LETTERHEAD)


def bound(server, certificates, promise: str):
    """A transport to a server that breaks what its domain promises."""
    if promise == "sts":
        txt = names().txt_records
        told = transport_to(server, certificates=certificates, txt_records=txt)
        return replace(told, policies=Policies(Web().get))
    keys = {f"_{server.port}._tcp.{NAME}": [Tlsa(3, 1, 1, b"x" * 32)]}
    secure = {"x.example", NAME, *keys}
    return transport_to(server, certificates=certificates, tlsa_records=keys, secure=secure)


@pytest.mark.parametrize("promise", ["sts", "dane"])
@pytest.mark.parametrize(("tls", "level"), [("none", Level.T0), ("offered", Level.T1)])
def test_a_report_arrives_where_other_mail_of_ours_is_held(certificates, promise, tls, level):
    with FaultServer(certificates.expired(), tls=tls).serving() as server:
        transport = bound(server, certificates, promise)
        ours = transport.send(envelope(required=WITHOUT_PHI.required), Announcements())
        assert (ours.result, server.stored) == (Result.UNPROTECTED, [])
        outcome = ReportWay.beside(transport).send(report())
    assert (outcome.result, outcome.evidence.level) == (Result.ACCEPTED, level)
    (stored,) = server.stored
    assert b"TLS-Report-Domain: x.example" in stored.data


def test_it_still_takes_the_best_that_is_offered(certificates):
    with FaultServer(certificates.valid()).serving() as server:
        transport = transport_to(server, certificates=certificates)
        assert ReportWay.beside(transport).send(report()).evidence.level is Level.T2


def test_it_shares_no_session_with_other_mail(certificates):
    with FaultServer(certificates.expired()).serving() as server:
        transport = transport_to(server, certificates=certificates)
        ReportWay.beside(transport).send(report())
        held = transport.send(envelope(required=Level.T2), Announcements())
    assert (held.result, len(server.stored)) == (Result.UNPROTECTED, 1)


@pytest.mark.parametrize("route", [STRICT, WITHOUT_PHI])
def test_no_other_mail_is_taken_and_nobody_is_asked_anything(certificates, route):
    one = report()
    plain = Draft(one.message, one.address, TLS_REPORT, LETTERHEAD, "", one.write)
    with FaultServer(certificates.valid()).serving() as server:
        way = ReportWay.beside(transport_to(server, certificates=certificates))
        for other in (replace(one, route=route), plain):
            with pytest.raises(NotAReport):
                way.send(other)
        assert (server.commands, server.stored) == ([], [])


def test_in_no_state_of_the_model_does_another_message_get_this_way():
    for facts in model():
        assert decide(facts).way is not Way.DESPITE_TLS
        told = decide(facts._replace(is_tls_report=True))
        assert told.way is not Way.DESPITE_TLS or not facts.tells_of_care


def test_only_reports_are_said_to_be_some():
    """By the source: who calls a mail a report about TLS, and who can reach the way."""
    users = {"TLS_REPORT": set(), "is_tls_report": set(), "way_of_tls_reports": set()}
    for app in ("delivery", "integrations", "campaigns", "workflows", "compliance", "accounts"):
        for path in (APPS / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                said = {getattr(node, part, None) for part in ("id", "attr", "arg")}
                for name in said & users.keys():
                    users[name].add(str(path.relative_to(APPS)))
    assert users == {
        "TLS_REPORT": {"delivery/routes.py", "delivery/tls_sent/letter.py"},
        "is_tls_report": {"delivery/routes.py"},
        "way_of_tls_reports": {"delivery/tasks.py"},
    }
