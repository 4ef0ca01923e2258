"""What a person is told before they may ask for email without full protection, and what they can ask for.

HHS lets a warned person choose (45 CFR 164.522(b), 164.524; 78 FR 5634): the warning is evidence.
"""

from django.db.models import TextChoices

from compliance.facts import TransportLevel

VERSION = "1"

WARNING = {
    "en": (
        "Email that is not fully protected can be read, copied or changed by others on its way to you. "
        "It can tell them that you are in our care, and why. You need not accept that: we can send "
        "you a notice instead, and you read the message in our secure portal. You can take your "
        "request back at any time."
    ),
    "es": (
        "Otros pueden leer, copiar o cambiar en el camino un correo que no va del todo protegido. "
        "Puede decirles que usted es paciente nuestro, y por qué. No tiene que aceptarlo: "
        "podemos enviarle un aviso y usted lee el mensaje en nuestro portal seguro. Puede retirar "
        "su solicitud cuando quiera."
    ),
}


class Scope(TextChoices):
    ENCRYPTED = "encrypted", "Encrypted, also if nobody vouches for the mail server"
    UNENCRYPTED = "unencrypted", "Also without any encryption"


class Basis(TextChoices):
    COMMUNICATION = "164.522(b)", "They want us to reach them this way (45 CFR 164.522(b))"
    ACCESS = "164.524", "They want a copy of their own data this way (45 CFR 164.524)"


LEVELS = {
    Scope.ENCRYPTED: TransportLevel.ENCRYPTED,
    Scope.UNENCRYPTED: TransportLevel.ANY,
}
