"""The S/MIME certificate that a person's mail is encrypted to."""

from typing import ClassVar

from django.db import models

from contacts.models.people import Contact
from tenancy import clock
from tenancy.fields import SealedTextField
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen


class PersonCertificate(TenantModel):
    """One a person, in PEM with its issuers; it names the address, so it is sealed like one."""

    while_frozen = WhileFrozen.WINDS_DOWN

    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="+", db_index=False)
    chain = SealedTextField()
    expires_at = models.DateTimeField()
    added_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "contact"], name="person_certificate_one_a_person"
            ),
        ]
