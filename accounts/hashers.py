"""Argon2id with parameters of our own."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class PasswordHasher(Argon2PasswordHasher):
    """46 MiB, one pass, one lane: OWASP's first choice, about 40 ms.

    Django's default takes 100 MiB and eight lanes, so that a flood of sign-ins on a small machine
    would be an outage.
    """

    time_cost = 1
    memory_cost = 46 * 1024
    parallelism = 1
