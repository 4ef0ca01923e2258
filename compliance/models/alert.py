"""Something that a compliance officer should look at soon."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tenancy import clock
from tenancy.fields import SealedTextField
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen


class Alert(TenantModel):
    """Something odd. One open at a time about each person, domain or sender.

    Somebody did more of something than the work of a person explains, receivers refused mail for its
    sender (then they are the person), or a recipient's mail domain became less safe.
    """

    while_frozen = WhileFrozen.GOES_ON

    class Kind(models.TextChoices):
        REVEALS = "reveals", "Looked at the data of many people"
        SEARCHES = "searches", "Searched for many people"
        EXPORTS = "exports", "Exported people several times"
        SAMPLES = "samples", "Looked at what many files would hold"
        UPLOADS = "uploads", "Looked into many uploaded files"
        READINGS = "readings", "Read many times more people than usual"
        REFUSED = "refused", "Refused mail because of its sender"
        DOWNGRADE = "downgrade", "Protected its mail lately, and does not any more"
        DANE = "dane", "Has a server that does not fit its signed records (DANE)"
        MTA_STS = "mta_sts", "Has a server that does not fit its own policy (MTA-STS)"
        PIN = "pin", "Has a server that does not fit what you pinned"

    ABOUT_DOMAINS: ClassVar = (Kind.DOWNGRADE, Kind.DANE, Kind.MTA_STS, Kind.PIN)

    kind = models.CharField(max_length=10, choices=Kind)
    # Of an alert about a domain: the id under which delivery remembers it, and no name.
    person_id = models.CharField(max_length=64)
    person_name = models.CharField(max_length=150)
    # The most within `span` since it was raised; about a domain, all messages since then.
    count = models.PositiveIntegerField()
    raised_at = models.DateTimeField(default=clock.now)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=64, blank=True)
    answered_by_name = models.CharField(max_length=150, blank=True)
    answer = SealedTextField(null=True)
    # The person may go on: what was counted before is not counted any more.
    is_lifted = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "person_id"],
                condition=Q(answered_at__isnull=True),
                name="alert_open_once_per_person",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "reveals",
                        "searches",
                        "exports",
                        "samples",
                        "uploads",
                        "readings",
                        "refused",
                        "downgrade",
                        "dane",
                        "mta_sts",
                        "pin",
                    ]
                ),
                name="alert_has_a_known_kind",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by="", is_lifted=False)
                | (Q(answered_at__isnull=False) & ~Q(answered_by="")),
                name="alert_answer_has_its_person_and_time",
            ),
            models.CheckConstraint(
                condition=~Q(answered_by=F("person_id")), name="alert_not_answered_by_its_person"
            ),
        ]
        indexes: ClassVar = [
            # For the page of alerts and for what a budget counts from.
            models.Index(fields=["tenant", "-raised_at"], name="alert_newest"),
        ]

    @property
    def is_about_mail(self) -> bool:
        return self.kind == self.Kind.REFUSED

    @property
    def span(self) -> str:
        """Within what it was counted, in words."""
        return "a day" if self.is_about_mail else "an hour"

    @property
    def is_open(self) -> bool:
        return self.answered_at is None

    @property
    def deed(self) -> str:
        """What was done, within a sentence; abbreviations keep their capitals."""
        words = str(self.get_kind_display())
        return words[:1].lower() + words[1:]

    @property
    def is_about_domain(self) -> bool:
        return self.kind in self.ABOUT_DOMAINS
