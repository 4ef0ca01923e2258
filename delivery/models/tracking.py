"""What counted links lead to, and what was done with a message once it was there."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from delivery.models.message import Message
from tenancy import clock
from tenancy.fields import SealedJSONField
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen


class LinkTable(TenantModel):
    """The targets of a campaign's counted links, in the order of their numbers.

    Kept, so that a link in a mailbox leads on whatever later versions of this service number first.
    `reference` is a digest of campaign and targets: what is compiled alike has one table.
    """

    while_frozen = WhileFrozen.GOES_ON

    campaign = TenantForeignKey(
        "campaigns.Campaign", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reference = models.CharField(max_length=16)
    targets = SealedJSONField()
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "reference"], name="link_table_once_per_reference"
            ),
        ]
        indexes: ClassVar = [
            # For the report by link, and for what goes with its campaign.
            models.Index(fields=["tenant", "campaign"], name="link_table_of_campaign"),
        ]


class Reaction(TenantModel):
    """A counted link was followed, or the dot of a message was loaded: by a person, as far as one can tell."""

    while_frozen = WhileFrozen.GOES_ON

    class Kind(models.TextChoices):
        OPENED = "opened", "Opened"
        CLICKED = "clicked", "Clicked"

    class Doer(models.TextChoices):
        """Who did it; all but the first are machines, by the sign that gave them away."""

        PERSON = "person", "A person"
        PROXY = "proxy", "A mailbox that loads pictures for people"
        SCANNER = "scanner", "A program that checks mail"
        PROBE = "probe", "A look at the address without opening it"
        EARLY = "early", "Faster after delivery than people are"
        BURST = "burst", "Several links at once"

    message = TenantForeignKey(Message, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=7, choices=Kind)
    table = TenantForeignKey(
        LinkTable, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # Its place in the table.
    link = models.PositiveSmallIntegerField(null=True)
    doer = models.CharField(max_length=7, choices=Doer)
    occurred_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="opened", table__isnull=True, link__isnull=True)
                | Q(kind="clicked", table__isnull=False, link__isnull=False),
                name="reaction_to_a_link_names_it",
            ),
            models.CheckConstraint(
                condition=Q(doer__in=["person", "proxy", "scanner", "probe", "early", "burst"]),
                name="reaction_has_a_known_doer",
            ),
        ]
        indexes: ClassVar = [
            # For figures of a campaign, and for what happened to a message just before.
            models.Index(fields=["tenant", "message", "occurred_at"], name="reaction_of_message"),
        ]
