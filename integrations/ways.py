"""How other systems hand over their messages: the addresses, and an example of each to copy."""

from dataclasses import dataclass

from django.conf import settings

from tenancy.origins import url_on


@dataclass(frozen=True)
class Way:
    """`facts` are what a system is told: names and values."""

    title: str
    about: str
    facts: tuple[tuple[str, str], ...]
    example: str


def all_ways() -> list[Way]:
    origin = url_on("api", "")
    return [_own(origin), _smtp(), _sendgrid(origin), _postmark(origin)]


def _own(origin: str) -> Way:
    example = f"""curl {origin}/api/v1/letters \\
  -H "Authorization: Bearer $KEY" -H "Idempotency-Key: lab-815" --json '{{
  "to": {{"email": "ada@example.com"}},
  "sender": {{"email": "care@your-domain.example", "name": "Your clinic"}},
  "purpose": "treatment", "subject": "A message from your clinic",
  "text": "Your results are in."}}'"""
    about = "For what you write anew. It says most about what became of a message."
    return Way("Our own API", about, (("Address", f"{origin}/api/v1/letters"),), example)


def _smtp() -> Way:
    host = settings.PLATFORM_SUBMISSION_HOST
    starttls, implicit = settings.PLATFORM_SUBMISSION_PORTS
    example = f"""EMAIL_HOST = "{host}"
EMAIL_PORT = {starttls}
EMAIL_USE_TLS = True
EMAIL_HOST_USER = "apikey"
EMAIL_HOST_PASSWORD = os.environ["KEY"]  # the API key"""
    about = (
        "For everything that can send mail: practice systems, printers, scripts. The key is the "
        "password; any name goes with it. The example is for Django."
    )
    facts = (
        ("Host", host),
        ("Port with STARTTLS", starttls),
        ("Port under TLS", implicit),
        ("Password", "the API key"),
    )
    return Way("SMTP", about, facts, example)


def _sendgrid(origin: str) -> Way:
    example = f"""const client = require("@sendgrid/client");
const mail = require("@sendgrid/mail");
client.setApiKey(process.env.KEY);
client.setDefaultRequest("baseUrl", "{origin}");
mail.setClient(client);
await mail.send({{
  to: "ada@example.com", from: "care@your-domain.example",
  subject: "A message from your clinic", text: "Your results are in." }});"""
    about = "For systems that were written for SendGrid: change the address and the key."
    return Way("Clients of SendGrid", about, (("Address", f"{origin}/v3/mail/send"),), example)


def _postmark(origin: str) -> Way:
    scheme, _, host = origin.partition("://")
    secure = "true" if scheme == "https" else "false"
    example = f"""const postmark = require("postmark");
const client = new postmark.ServerClient(process.env.KEY,
  {{ requestHost: "{host}", useHttps: {secure} }});
await client.sendEmail({{
  From: "care@your-domain.example", To: "ada@example.com",
  Subject: "A message from your clinic", TextBody: "Your results are in." }});"""
    about = "For systems that were written for Postmark: the key is the server token."
    facts = (("Address", f"{origin}/email"), ("In batches", f"{origin}/email/batch"))
    return Way("Clients of Postmark", about, facts, example)
