"""The words of the preference page, at the reading level of a sixth grade. The wording is evidence."""

VERSION = "2"

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "What you receive",
        "heading": "What would you like to hear from us?",
        "lead": "For {address}. Each change is saved and takes effect at once.",
        "saved": "Saved.",
        "undone": "It is as it was before.",
        "undo": "Undo",
        "email": "Email",
        "visits": "My visits",
        "visits_about": "Confirmations, reminders and changes",
        "checkups": "Check-ups and vaccines",
        "checkups_about": "When one is due",
        "bills": "Bills",
        "bills_about": "When there is a new one",
        "refills": "Medicine refills",
        "refills_about": "When it is time for the next one",
        "tips": "Health tips",
        "tips_about": "What we offer and how to stay well",
        "news": "News and offers",
        "news_about": "New services and courses. We may ask for your signature first.",
        "how": "How would you like to read it?",
        "how_email": "In my email, when that is safe",
        "how_portal": "Always in the secure portal",
        "is_unprotected": "You asked us to send email also where it is not fully protected.",
        "protect": "Send me protected email only",
        "protected": "Saved. From now on you get protected email only.",
        "privacy": "Privacy",
        "uncounted": "Do not track me",
        "uncounted_about": "We do not note which emails you open or which links you follow.",
        "save": "Save",
        "pause": "Pause for 30 days",
        "stop": "Stop all email",
        "help": (
            "If you stop all email, we still call when a result cannot wait. You can come "
            "back at any time, without an account."
        ),
        "is_stopped": (
            "You receive no email from us. An email that has already left can still arrive; what "
            "waits to leave is not sent."
        ),
        "is_off": "All of this is off. If you come back, your choices are as they were.",
        "is_paused": "All email is paused until {until}.",
        "back": "Receive email again",
        "why": "Why do I get this?",
        "why_text": (
            "You gave this address to {clinic}. Mail about your visits, care and bills is "
            "part of your care. Everything else needs your agreement."
        ),
        "not_me": "This isn\u2019t me",
        "not_me_text": (
            "If this mail is for somebody else, tell us. We stop writing to this address at once."
        ),
        "not_me_button": "This is not my mail",
        "not_me_done": "Thank you. We do not write to this address any more.",
        "broken_title": "This link does not work",
        "broken": "It may have been cut short. Open it again from the email, or call the clinic.",
    },
    "es": {
        "title": "Lo que recibe",
        "heading": "¿Qué le gustaría recibir de nosotros?",
        "lead": "Para {address}. Cada cambio se guarda y vale de inmediato.",
        "saved": "Guardado.",
        "undone": "Todo está como antes.",
        "undo": "Deshacer",
        "email": "Correo electrónico",
        "visits": "Mis citas",
        "visits_about": "Confirmaciones, recordatorios y cambios",
        "checkups": "Chequeos y vacunas",
        "checkups_about": "Cuando le toca uno",
        "bills": "Facturas",
        "bills_about": "Cuando hay una nueva",
        "refills": "Recargas de medicinas",
        "refills_about": "Cuando llega el momento de la próxima",
        "tips": "Consejos de salud",
        "tips_about": "Lo que ofrecemos y cómo cuidarse",
        "news": "Noticias y ofertas",
        "news_about": "Servicios y cursos nuevos. Quizás le pidamos antes su firma.",
        "how": "¿Cómo quiere leerlo?",
        "how_email": "En mi correo, cuando es seguro",
        "how_portal": "Siempre en el portal seguro",
        "is_unprotected": "Nos pidió enviarle correos también si no van del todo protegidos.",
        "protect": "Enviarme solo correos protegidos",
        "protected": "Guardado. Desde ahora recibe solo correos protegidos.",
        "privacy": "Privacidad",
        "uncounted": "No quiero que me sigan",
        "uncounted_about": "No anotamos qué correos abre ni qué enlaces sigue.",
        "save": "Guardar",
        "pause": "Pausar 30 días",
        "stop": "Dejar de recibir todo",
        "help": (
            "Si deja de recibir correos, aún le llamamos cuando un resultado no puede "
            "esperar. Puede volver cuando quiera, sin cuenta."
        ),
        "is_stopped": (
            "No recibe correos de nosotros. Un correo que ya salió aún puede llegar; lo que "
            "espera para salir no se envía."
        ),
        "is_off": "Todo esto está apagado. Si vuelve, sus opciones quedan como estaban.",
        "is_paused": "Todos los correos están en pausa hasta el {until}.",
        "back": "Recibir correos otra vez",
        "why": "¿Por qué recibo esto?",
        "why_text": (
            "Usted dio esta dirección a {clinic}. Los correos sobre sus citas, su atención y "
            "sus facturas son parte de su atención. Para todo lo demás necesitamos su "
            "acuerdo."
        ),
        "not_me": "No soy yo",
        "not_me_text": (
            "Si este correo es para otra persona, díganoslo. Dejamos de escribir a esta "
            "dirección de inmediato."
        ),
        "not_me_button": "Este correo no es para mí",
        "not_me_done": "Gracias. Ya no escribimos a esta dirección.",
        "broken_title": "Este enlace no funciona",
        "broken": "Quizás se cortó. Ábralo otra vez desde el correo o llame a la clínica.",
    },
}


def language_for(*wishes: object) -> str:
    """The first of the wishes that we speak; English if there is none."""
    for wish in wishes:
        for spoken in str(wish or "").replace(",", " ").split():
            if (tag := spoken[:2].lower()) in WORDS:
                return tag
    return "en"
