"""The kinds of second factors. A second factor is always asked for; there is no switch for that."""

from django.db import models


class Factor(models.TextChoices):
    PASSKEY = "passkey", "Passkey"
    APP = "app", "Authenticator app"
    RECOVERY = "recovery", "Recovery code"
