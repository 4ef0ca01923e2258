"""A fresh link for a message whose notice was lost, where the clinic decided that this may be done."""

from django.db import transaction

from audit import services as audit
from audit.services import Actor
from delivery import chronicle
from delivery.escrow import keys, services
from delivery.models import EscrowEvent, EscrowItem, EscrowVisit, Message
from tenancy import clock
from tenancy.errors import DomainError

LONGEST_REASON = 300


class NotReissued(DomainError):
    """There is no copy of the key, the message is closed, or no reason was given."""


@transaction.atomic
def reissue(item: EscrowItem, *, reason: str, actor: Actor) -> None:
    """End the former link and queue a notice with a new one. Raises NotReissued.

    Whoever was locked out may try anew: what counted against the former link is over.
    """
    item = EscrowItem.objects.select_for_update(of=["self"]).get(pk=item.pk)
    if not item.is_open:
        raise NotReissued("This message is no longer in the portal.")
    if item.archive_key is None:
        raise NotReissued("Your policy kept no copy of its key. Send the message again.")
    if not 4 <= len(reason.strip()) <= LONGEST_REASON:
        raise NotReissued("Say in a few words why a new link is needed.")
    _rewrap(item)
    EscrowVisit.objects.filter(item=item, ended_at=None).update(ended_at=clock.now())
    event = services.record(item, EscrowEvent.Kind.REISSUED)
    audit.record("portal.link_reissued", actor=actor, on=item, reason=reason.strip())
    mail = services.mail_about(item, cause_id=event.id, mail_class=Message.MailClass.NOTICE)
    mail.save(force_insert=True)
    chronicle.tell_born([mail])


def _rewrap(item: EscrowItem) -> None:
    stretched = item.passphrase.stretched if item.passphrase else b""
    link_key, lock = keys.lock_again(item.place, item.archive_key, stretched=stretched)
    item.notice_link_key = link_key
    item.server_share, item.wrapped_key = lock.server_share, lock.wrapped_key
    item.proof_digest, item.reissued_at = lock.proof_digest, clock.now()
    item.birth_date_tries = 0
    item.save(
        update_fields=[
            "notice_link_key", "server_share", "wrapped_key", "proof_digest", "reissued_at",
            "birth_date_tries",
        ]
    )  # fmt: skip
