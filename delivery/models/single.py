from django.db import models

from tenancy import clock
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen


class SingleSend(TenantModel):
    """A system asked for one message to one person. Its id is the cause of the message.

    It names an approved campaign, or a letter holds what the system wrote.
    """

    while_frozen = WhileFrozen.WINDS_DOWN

    campaign = TenantForeignKey(
        "campaigns.Campaign",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    asked_by = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=clock.now, editable=False)
