"""Why a message was not sent, was held, or took another way: the codes kept with it, in words."""

from compliance.facts import Reason
from delivery.models import EscrowItem

OF_THE_WIRE = {
    "no_such_address": "The mailbox does not exist.",
    "mailbox_full": "The mailbox is full.",
    "greylisted": "The server asked us each time to come back later, until we gave up.",
    "try_later": "The server was busy until we gave up.",
    "no_connection": "No connection to the mail server was possible until we gave up.",
    "connection_lost": "The connection to the mail server broke each time until we gave up.",
    "no_name_answer": "Nobody answered where the domain's mail servers are until we gave up.",
    "no_usable_host": "The domain named no mail server that can be used until we gave up.",
    "tls_failed": "The mail server proved no TLS, and a test goes no other way.",
    "not_safe_enough": "No way was safe enough, and your policy does not send such mail otherwise.",
    "never_safe": "No way was safe enough for as long as it was tried.",
    "sender_refused": "The server does not accept mail from us.",
    "content_refused": "The server did not accept the content.",
    "no_utf8": "The server takes no addresses in letters beyond ASCII, so it cannot be told this one.",
    "refused": "The server refused it without a reason that we know.",
    "no_answer": "The line broke before the server answered.",
    "address_unusable": "The address cannot be written on the wire.",
    "sender_not_proven": "The records of the sender domain are not in place, so it waits.",
    "dlp_blocked": "A value tells of health in a place that others see, such as the subject.",
    "specially_protected": "Specially protected information never leaves by email.",
    "not_renderable": "The message could not be made for this person.",
    "not_for_portal": "No safe way led to the mailbox, and the portal takes no file of such a kind.",
    "operator_busy": "The mail operator takes no more at the moment, so it waits.",
    "warming_up": "Its sender is new to the mail operator and has sent enough for today, so it waits.",
    "bounced_later": "The server accepted it and later gave it back.",
}
# Why no text message left (delivery.texting.gateway.Trouble), and what staff can do.
TEXT_TROUBLES = {
    "number": "The number on file takes no texts from us. Write down another one, or agree on a passphrase.",
    "refused": "The service that sends texts refused it. Tell whoever operates this installation.",
    "late": "The service that sends texts did not answer for as long as the code worked.",
}
# By the level that a connection proved (delivery.wire.levels).
LEVELS = {
    "T4": "Verified TLS: the server's key is published in signed DNS (DANE)",
    "T3": "Verified TLS: the domain's own policy names the server (MTA-STS)",
    "T2P": "Verified TLS: you pinned the server, or it has been the same for thirty days",
    "T2": "Verified TLS: certificate and name of the server were checked",
    "T1": "TLS without a certificate that anybody vouches for",
    "T0": "No TLS",
}
TLS_FAILURES = {
    "starttls-not-supported": "The server offers no TLS.",
    "certificate-expired": "The server's certificate has expired.",
    "certificate-host-mismatch": "The server's certificate is for another name.",
    "certificate-not-trusted": "Nobody vouches for the server's certificate.",
    "validation-failure": "The server offers only an old version of TLS.",
    "starttls-refused-now": "The server refused TLS for now.",
    "handshake-timed-out": "The server did not answer in time.",
    "handshake-broken-off": "The server broke off while TLS was being set up.",
    "tlsa-invalid": "The server's key is not the one that its domain publishes in signed DNS (DANE).",
    "dnssec-invalid": "The name system gave no signed answer about the server's key.",
    "dane-required": "The domain publishes no key of its server in signed DNS, and your policy asks for it.",
    "sts-policy-fetch-error": "The domain's policy about its mail servers (MTA-STS) could not be fetched.",
    "sts-policy-invalid": "The domain's policy about its mail servers (MTA-STS) cannot be read.",
    "sts-webpki-invalid": "The web server of the domain's mail policy (MTA-STS) has no valid certificate.",
    "sts-host-not-named": "The domain's own policy (MTA-STS) does not name this server.",
    "host-not-pinned": "You pinned the domain's mail servers, and this is none of them.",
    "level-not-pinned": "Your policy asks for servers that you pinned, or that have not changed for 30 days.",
    "level-not-promised": "The domain does not promise what your policy asks for.",
}
# By the rule of the table of routes (delivery.routes).
OF_ROUTES = {
    "denied": "The send gate says no.",
    "not_yet": "The send gate says not yet.",
    "tls_report": "It tells a domain of its own TLS, so it goes where TLS fails too.",
    "portal": "The send gate allows the secure portal only.",
    "specially_protected": "Specially protected information never leaves by email.",
    "author_choice": "The sender chose the secure portal.",
    "smime": "It tells of care, so it was encrypted to the person's own certificate.",
    "names_not_trusted": "Nobody gave an answer to trust about where the domain's mail servers are.",
    "dane_failed": "The domain binds its servers by signed keys (DANE), and none of them kept to it.",
    "mta_sts_failed": "The domain's own policy (MTA-STS) binds its servers, and none of them kept to it.",
    "pin_failed": "You pinned the domain's mail servers, and none of them proved to be one.",
    "verified_tls": "It tells of care, so the server had to prove itself before anything was said.",
    "downgraded": "The domain was safe until lately, so somebody may interfere.",
    "consented": "The person was warned and asked for email without full protection.",
    "not_safe_enough": "It tells of care, and no server of the domain was safe enough for it.",
    "best_available": "It tells nothing of anybody's care, so it took the best way on offer.",
}
# Of a message that must arrive: what was seen of it, or why a way could not be gone.
OF_ARRIVALS = {
    "accepted": "The mail server accepted it, and has not given it back.",
    "read": "The person opened it in the portal.",
    "still_waiting": "It had not left.",
    "not_opened": "It was not opened in the portal.",
    "expired_unread": "It was not opened before it expired in the portal.",
    "notice_lost": "The notice that leads to the portal did not arrive.",
    "recalled": "Staff recalled it.",
    "canceled": "It was canceled.",
    "campaign_canceled": "Its campaign was canceled.",
    "looked_after": "Staff said how the person was told.",
    "not_in_policy": "Your policy does not go this way.",
    "mailbox_is_the_trouble": "Mail does not reach this mailbox.",
    "for_staff": "It may have arrived already, so only a person can decide.",
    "may_not_be_sent": "It may not be sent as things stand.",
    "gone_from_portal": "It is no longer in the portal.",
    "no_second_address": "No second address is on file.",
    "campaign_stopped": "Its campaign is paused or canceled, so nothing of it may leave.",
}
WORDS = OF_THE_WIRE | OF_ARRIVALS | dict(EscrowItem.Reason.choices) | dict(Reason.choices)


def in_words(code: str) -> str:
    """A sentence; a code that has none yet is shown as it is, so that nothing is hidden."""
    return WORDS.get(code, code.replace("_", " ").capitalize() + ".") if code else "Not known."
