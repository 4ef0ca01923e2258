"""What forms were answered: a form that comes again gets the first answer, and acts once."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tenancy import clock
from tenancy.fields import SealedBinaryField, SealedTextField
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen


class FormAnswer(TenantModel):
    """One form as it stood on one page: its token is used, and the answer leads on to `location`.

    `page` is what the view wrote if it led nowhere else: sealed, and for minutes.
    """

    while_frozen = WhileFrozen.GOES_ON

    # The browser's session, which is in the platform's tenant.
    session = models.UUIDField()
    token = models.UUIDField()
    used_at = models.DateTimeField(default=clock.now)
    location = SealedTextField(null=True)
    page = SealedBinaryField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    # Until when the page is shown to whoever comes back to it; a secret is shown to the first only.
    shown_until = models.DateTimeField(null=True)
    is_shown_once = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "session", "token"], name="form_answer_once_per_token"
            ),
            models.CheckConstraint(
                condition=Q(page__isnull=True)
                | Q(location__isnull=False, status__isnull=False, shown_until__isnull=False),
                name="form_answer_page_ends",
            ),
        ]
        indexes: ClassVar = [
            # For services.form_answers: what nobody comes back to any more.
            models.Index(fields=["tenant", "used_at"], name="form_answer_age"),
        ]
