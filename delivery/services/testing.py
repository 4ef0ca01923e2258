"""Test sends that somebody asked for become messages."""

from django.db import transaction

from campaigns.models import TestSend
from delivery import chronicle
from delivery.models import Message
from delivery.wire.headers import message_id
from tenancy import clock
from tenancy.ids import uuid7


@transaction.atomic
def take_tests() -> None:
    """One message for each test that waits. Whoever asked is watching: it is tried for minutes."""
    waiting = TestSend.objects.filter(taken_at=None).select_related("campaign__sender__domain")
    for test in waiting.select_for_update(skip_locked=True, of=("self",)):
        sender, mail_id = test.campaign.sender, uuid7()
        if sender:
            message = Message.objects.create(
                id=mail_id,
                cause=Message.Cause.TEST,
                cause_id=test.id,
                contact_id=test.contact_id,
                mail_class=Message.MailClass.CODE,
                route=Message.Route.TLS,
                required_level=2,
                message_id=message_id(mail_id, sender.domain.domain),
            )
            chronicle.tell_born([message])
        test.taken_at = clock.now()
        test.save(update_fields=["taken_at"])
