"""The messages of a clinic's world, and what came back."""

from typing import TYPE_CHECKING
from uuid import UUID

from campaigns.models import Campaign
from delivery.models import Message, Reply, ReplyFile
from delivery.services.single import send_single
from tenancy import clock
from tenancy.ids import uuid7
from tests.delivery.postures import learn
from tests.factories import delivery as factory
from tests.factories.campaigns import MARKETER
from tests.factories.contacts import make_contact

if TYPE_CHECKING:
    from tests.security.world import World


def messages(world: "World") -> None:
    """One left, one waits in the portal, a system asked for one, and of one nobody knows."""
    ada = make_contact(given_name=world.mark("Portal"))
    world.item = factory.make_item(
        ada, subject=world.mark("Secret subject"), text=world.mark("Secret text")
    )
    world.sent = factory.make_message(
        ada, cause_id=world.campaign.pk, status=Message.Status.SENT, route="tls"
    )
    approved = Campaign.objects.filter(status=Campaign.Status.APPROVED)[0]
    asked_for = send_single(approved, ada, request_id=uuid7(), actor=MARKETER)
    unknown = factory.make_message(
        ada,
        cause_id=world.ids["campaign_id"][-1],
        status=Message.Status.UNCERTAIN,
        reason="no_answer",
        uncertain_at=clock.now(),
        route="tls",
    )
    world.ids["message_id"] = [world.item.message_id, world.sent.pk, asked_for.pk, unknown.pk]
    world.ids["reply_id"] = [_reply(world).pk for _ in range(2)]
    replies = world.ids["reply_id"]
    world.ids["reply_file_id"] = [_reply_file(world, reply_id).pk for reply_id in replies]
    world.ids["posture_id"] = list(learn(**{world.mark("lake").lower(): "T2"}).values())


def _reply(world: "World") -> Reply:
    return Reply.objects.create(
        kind=Reply.Kind.WRITTEN,
        message=world.sent,
        sender=f"{world.mark('ada')}@postbox.example",
        subject=world.mark("Re: visit"),
        text=world.mark("My knee"),
    )


def _reply_file(world: "World", reply_id: UUID) -> ReplyFile:
    return ReplyFile.objects.create(
        reply_id=reply_id,
        position=1,
        name=world.mark("knee.txt"),
        media_type="text/plain",
        size=4,
        scan=ReplyFile.Scan.CLEAN,
        content=world.mark("knee").encode(),
    )
