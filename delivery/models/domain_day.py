"""What became of mail to one recipient domain on one day: counted as it happens, for reports."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tenancy.fields import BlindIndexField, SealedTextField
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen

# Figures about fewer people can point at one of them.
FEWEST_PEOPLE = 11

# What happened, then how well what was accepted was protected, then how long it took since the first try.
EVENTS = (
    "sent",
    "accepted",
    "deferred",
    "hard_bounced",
    "soft_bounced",
    "uncertain",
    "portal",
    "complained",
)
LEVELS = ("t0", "t1", "t2", "t2p", "t3", "t4")
WAITS = ("in_minute", "in_quarter", "in_hour", "in_six_hours", "in_day", "in_longer")
FIGURES = (*EVENTS, *LEVELS, *WAITS)


class DomainDay(TenantModel):
    """A day's figures of a domain. To open the domain of every message for a page would take minutes."""

    while_frozen = WhileFrozen.GOES_ON

    # Its beginning, in UTC.
    day = models.DateTimeField()
    domain_index = BlindIndexField()
    domain = SealedTextField()
    # Who runs its mail servers, as far as one was asked: a name of the table in lanes/operators.toml.
    operator = models.CharField(max_length=20, default="")
    # Ends of ids, enough of them to see whether they were fewer than FEWEST_PEOPLE, and no more.
    people = ArrayField(models.IntegerField(), default=list, size=FEWEST_PEOPLE)

    sent = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    deferred = models.PositiveIntegerField(default=0)
    hard_bounced = models.PositiveIntegerField(default=0)
    soft_bounced = models.PositiveIntegerField(default=0)
    uncertain = models.PositiveIntegerField(default=0)
    portal = models.PositiveIntegerField(default=0)
    complained = models.PositiveIntegerField(default=0)

    t0 = models.PositiveIntegerField(default=0)
    t1 = models.PositiveIntegerField(default=0)
    t2 = models.PositiveIntegerField(default=0)
    t2p = models.PositiveIntegerField(default=0, db_default=0)
    t3 = models.PositiveIntegerField(default=0)
    t4 = models.PositiveIntegerField(default=0)

    in_minute = models.PositiveIntegerField(default=0)
    in_quarter = models.PositiveIntegerField(default=0)
    in_hour = models.PositiveIntegerField(default=0)
    in_six_hours = models.PositiveIntegerField(default=0)
    in_day = models.PositiveIntegerField(default=0)
    in_longer = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            # Also for the report, which reads the last days.
            models.UniqueConstraint(
                fields=["tenant", "day", "domain_index"], name="domain_day_once_per_domain"
            ),
            models.CheckConstraint(
                condition=Q(people__len__lte=FEWEST_PEOPLE), name="domain_day_knows_few_people"
            ),
        ]
