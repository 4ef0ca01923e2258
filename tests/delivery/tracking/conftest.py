"""A campaign with two counted links, its message to one person, and requests as a web server makes them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client, RequestFactory

from campaigns.models import Campaign
from delivery.models import Message
from delivery.tracking import door, front, stream
from tenancy import clock
from tests.delivery.tracking.counted import drain_all, token_of
from tests.factories.delivery import make_campaign, make_message

# A browser of a person.
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"


@pytest.fixture
def campaign(clinic) -> Campaign:
    return make_campaign(purpose="marketing")


@pytest.fixture
def message(ada, campaign) -> Message:
    """Delivered an hour ago."""
    then = clock.now() - timedelta(hours=1)
    return make_message(ada, cause_id=campaign.id, status="sent", route="tls", settled_at=then)


@pytest.fixture
def token(campaign, message) -> str:
    return token_of(campaign, message)


@pytest.fixture
def browser() -> Client:
    return Client(headers={"host": settings.HOSTS["links"], "user-agent": SAFARI})


@dataclass
class Answer:
    status: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@pytest.fixture
def ask() -> Callable[..., Answer]:
    """A request at the front; Django behind it says 599, so that one knows who answered."""

    def django(_environ, start):
        start("599 Django", [])
        return [b"Django"]

    def asked(
        path: str, *, method: str = "GET", host: str = settings.HOSTS["links"], **more
    ) -> Answer:
        environ = RequestFactory().generic(method, path).environ
        environ |= {"HTTP_HOST": host, "HTTP_USER_AGENT": SAFARI} | more
        answer = Answer()

        def start(status, headers):
            answer.status, answer.headers = status, dict(headers)

        answer.body = b"".join(front.Front(django)(environ, start))
        return answer

    return asked


@pytest.fixture(autouse=True)
def _empty_stream():
    """Each test sees its own facts only, in the order in which it wrote them."""
    stream.valkey().delete(stream.STREAM, stream.LOST, stream.LOST_TOLD)
    door.outbox = stream.Outbox()
    yield
    door.outbox.flush()
    stream.valkey().delete(stream.STREAM, stream.LOST, stream.LOST_TOLD)


@pytest.fixture
def drain() -> Callable[[], int]:
    return drain_all
