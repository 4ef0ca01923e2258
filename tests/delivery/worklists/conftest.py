import pytest

from delivery.models import Reply
from tests.accounts.signing_in import browser_of, make_member
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_message

SENT = {"status": "sent", "route": "tls"}


@pytest.fixture
def ada(clinic):
    return make_contact(external_id="EV-1", email="ada@postbox.example", given_name="Ada")


@pytest.fixture
def as_(clinic):
    """A browser of somebody with the role."""

    def enter(role: str, name: str = "Mara Marketer"):
        return browser_of(make_member(clinic, role, name))

    return enter


@pytest.fixture
def reply(ada) -> Reply:
    return Reply.objects.create(
        kind="written",
        message=make_message(ada, **SENT),
        sender="Ada <ada@postbox.example>",
        subject="Re: Your visit",
        text="I cannot come, my knee hurts. <b>http://x.example</b>",
        attachments=1,
    )
