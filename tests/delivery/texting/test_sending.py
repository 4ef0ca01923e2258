"""Workers send codes to phones: once, or again while the code works, and never to another number."""

from datetime import timedelta

import pytest

from compliance.erasure import erase
from delivery.escrow import answers, texts
from delivery.escrow import services as escrow
from delivery.models import EscrowCode, EscrowEvent, PortalText
from delivery.queries import due
from delivery.texting import sending
from delivery.texting.gateway import Trouble
from delivery.texting.gateway_settings import GatewaySettings
from delivery.texting.web_gateway import WebGateway
from tenancy import clock
from tests.delivery.texting.phones import Phones, texted, visit_of, with_phone
from tests.web_server import NAME, WebServer, plain


@pytest.fixture(autouse=True)
def _a_gateway(settings):
    settings.TEXT_GATEWAY = GatewaySettings("https://api.gateway.example/")


@pytest.fixture
def visit(ada):
    return visit_of(with_phone(ada))


def failures(visit):
    events = EscrowEvent.objects.filter(item=visit.item, kind="text_failed")
    return [event.detail for event in events]


@pytest.mark.parametrize(
    ("trouble", "told"), [(Trouble.NUMBER, "no_texts"), (Trouble.REFUSED, "failed")]
)
def test_what_is_refused_for_good_is_not_tried_again(visit, trouble, told, caplog):
    phones = Phones(trouble)
    text = texted(visit, phones)
    assert (text.status, text.trouble, texts.state(text)) == ("failed", trouble, told)
    assert failures(visit) == [{"why": trouble}]
    assert EscrowCode.objects.get(pk=text.code_id).digits is None
    said = [record.getMessage() for record in caplog.records if "texts:" in record.getMessage()]
    is_operators = trouble is Trouble.REFUSED
    assert said == ["texts: the gateway refuses account or sender, status 400"] * is_operators
    phones.trouble = None
    with clock.at(clock.now() + timedelta(minutes=5)):
        assert sending.send_due(phones) == 0
    assert phones.texts == []
    answers.send_code(visit)  # at once: nothing is on its way


def test_silence_is_followed_by_another_try_after_a_pause(visit):
    phones, moment = Phones(Trouble.SILENT), clock.now()
    text = texted(visit, phones)
    assert (text.status, texts.state(text)) == ("waiting", "under_way")
    assert sending.send_due(phones) == 0
    phones.trouble = None
    with clock.at(moment + timedelta(seconds=20)):
        assert sending.send_due(phones) == 1
        answers.answer(visit, code=phones.code)
    assert PortalText.objects.get().tries == 2


def test_a_gateway_that_stays_silent_is_asked_for_as_long_as_the_code_works(visit):
    phones, moment = Phones(Trouble.SILENT), clock.now()
    text = texted(visit, phones)
    for seconds in range(0, 900, 10):
        with clock.at(moment + timedelta(seconds=seconds)):
            sending.send_due(phones)
            text.refresh_from_db()
            if seconds == 20:
                assert texts.state(text) == "delayed"
    # After 0, 15, 45, 105 and then each 120 seconds until ten minutes are over.
    assert (text.status, text.trouble, text.tries) == ("failed", "late", 9)
    assert failures(visit) == [{"why": "late"}]


@pytest.mark.parametrize("gone", ["number", "code", "item"])
def test_nothing_leaves_for_what_is_over_or_has_changed(visit, gone, nurse, ada):
    answers.send_code(visit)
    if gone == "number":
        with_phone(ada, "+12075550199")
    elif gone == "code":
        EscrowCode.objects.update(spent_at=clock.now())
    else:
        escrow.revoke(visit.item, actor=nurse)
    phones = Phones()
    sending.send_due(phones)
    assert phones.texts == []
    assert PortalText.objects.get().trouble == ("number" if gone == "number" else "late")


def test_the_words_are_neutral_short_and_in_the_persons_language(ada):
    phones = Phones()
    for more in ({}, {"language": "es"}, {"reason": "specially_protected"}):
        texted(visit_of(with_phone(ada), **more), phones)
    english, spanish, neutral = (text.words for text in phones.texts)
    digits = [text.words.partition(" 10 ")[0][-20:] for text in phones.texts]
    assert len(set(digits)) == 3
    assert english.startswith("Elm Street Clinic: your code is ")
    assert english.endswith(". It works for 10 minutes. Nobody of us asks you for it.")
    assert spanish.startswith("Elm Street Clinic: su código es ")
    assert neutral.startswith("Your code is ")
    assert "Elm" not in neutral
    assert max(len(english), len(neutral)) <= 160
    assert len(spanish) <= 134  # two texts of the wide alphabet
    assert english.isascii()


def test_a_tenant_is_due_while_a_text_waits(visit, clinic):
    assert clinic.id not in due.tenants_with_texts()
    answers.send_code(visit)
    assert clinic.id in due.tenants_with_texts()
    sending.send_due(Phones())
    assert clinic.id not in due.tenants_with_texts()


def test_a_real_gateway_over_tls_gets_number_and_code_and_the_log_neither(
    visit, certificates, settings, caplog
):
    caplog.set_level("DEBUG")
    says = [plain(b'{"sid": "SM7", "to": "+12075550142"}', status="201 Created")]
    with WebServer(certificates.valid(NAME), says=says).serving() as server:
        settings.TEXT_GATEWAY = GatewaySettings(server.url(), "AC1", "s3cret", "+12075550100")
        gateway = WebGateway(settings.TEXT_GATEWAY, server.door(certificates.ca_file))
        text = texted(visit, gateway)
    assert (text.status, text.reference) == ("sent", "SM7")
    assert b"To=%2B12075550142&From=%2B12075550100&Body=Elm" in server.asked[0]
    assert "2075550142" not in caplog.text


def test_they_go_with_the_person(visit, ada):
    texted(visit, Phones())
    assert erase(ada.pk)["delivery.PortalText"] == 1
    assert not PortalText.objects.exists()
