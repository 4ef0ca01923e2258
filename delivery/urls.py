from django.conf import settings
from django.urls import include, path

from delivery import sandbox_views
from delivery.lanes import views as lane_views
from delivery.portal import staff
from delivery.publishing import views as publishing
from delivery.reports import domain_views, log, pin_views, views
from delivery.reports.deliverability import views as deliverability
from delivery.reports.people_page import people
from delivery.reports.proof_page import proof
from delivery.reports.worklists import views as worklists
from delivery.tls_reports.views import what_others_saw
from delivery.tls_sent import views as tls_sent
from delivery.warming import views as warming

reports = [
    path("reports/", views.campaigns, name="list"),
    path("reports/lanes/", lane_views.workspace, name="lanes"),
    path("reports/deliverability/", deliverability.deliverability, name="deliverability"),
    path("reports/deliverability/search/", deliverability.search, name="deliverability_search"),
    path("reports/deliverability.csv", deliverability.file, name="deliverability_file"),
    path("campaigns/<uuid:campaign_id>/report/", views.campaign, name="campaign"),
    path("campaigns/<uuid:campaign_id>/report/recall/", views.recall_all, name="recall"),
    path("campaigns/<uuid:campaign_id>/report/people/", people, name="people"),
    path("campaigns/<uuid:campaign_id>/report/figures.csv", views.figures, name="figures"),
    path("campaigns/<uuid:campaign_id>/report/links.csv", views.links, name="links"),
]
messages = [
    path("messages/", log.log, name="list"),
    path("messages/search/", log.search, name="search"),
    path("messages/log.csv", log.file, name="file"),
    path("messages/<uuid:message_id>/", views.message, name="story"),
    path("messages/<uuid:message_id>/proof/", proof, name="proof"),
    path("messages/<uuid:message_id>/recall/", views.recall, name="recall"),
    path("messages/<uuid:message_id>/reissue/", views.reissue, name="reissue"),
    path("messages/<uuid:message_id>/move/", views.move, name="move"),
]
replies = [
    path("", worklists.reply_list, name="list"),
    path("<uuid:reply_id>/", worklists.reply, name="detail"),
    path("<uuid:reply_id>/read/", worklists.read, name="read"),
    path("files/<uuid:reply_file_id>/", worklists.reply_file, name="file"),
    path("<uuid:reply_id>/done/", worklists.reply_done, name="done"),
    path("<uuid:reply_id>/waiting/", worklists.reply_waiting, name="waiting"),
]
undelivered = [
    path("", worklists.undelivered_list, name="list"),
    path("<uuid:message_id>/", worklists.case, name="case"),
    path("<uuid:message_id>/assign/", worklists.assign, name="assign"),
    path("<uuid:message_id>/settle/", worklists.settle, name="settle"),
    path("<uuid:message_id>/send-again/", worklists.send_again, name="send_again"),
]

tls_reports = [path("<uuid:domain_id>/tls/", what_others_saw, name="domain")]
domains = [
    path("", domain_views.domain_list, name="list"),
    path("search/", domain_views.search, name="search"),
    path("pins/", pin_views.pinned, name="pins"),
    path("<uuid:posture_id>/", domain_views.domain, name="detail"),
    path("<uuid:posture_id>/people/", domain_views.people, name="people"),
]

lanes = [path("operator/lanes/", lane_views.platform, name="platform")]

warm_up = [
    path("settings/domains/<uuid:domain_id>/warm-up/", warming.domain, name="domain"),
    path(
        "settings/domains/<uuid:domain_id>/warm-up/start/",
        warming.start_domain,
        name="start_domain",
    ),
    path(
        "settings/domains/<uuid:domain_id>/warm-up/off/",
        warming.switch_domain_off,
        name="switch_domain_off",
    ),
    path(
        "settings/domains/<uuid:domain_id>/warm-up/on/",
        warming.switch_domain_on,
        name="switch_domain_on",
    ),
    path("operator/lanes/warm-up/", warming.addresses, name="addresses"),
    path("operator/lanes/<uuid:plan_id>/start/", warming.start_address, name="start_address"),
    path(
        "operator/lanes/<uuid:plan_id>/off/", warming.switch_address_off, name="switch_address_off"
    ),
    path("operator/lanes/<uuid:plan_id>/on/", warming.switch_address_on, name="switch_address_on"),
]

sandbox = [
    path("", sandbox_views.inbox, name="inbox"),
    path("<str:domain>/<uuid:name>/", sandbox_views.letter, name="letter"),
]

urlpatterns = [
    path("", views.home_page, name="home"),
    path("contacts/<uuid:contact_id>/messages/", views.contact_messages, name="contact_messages"),
    path("contacts/<uuid:contact_id>/portal/", staff.access, name="contact_portal"),
    path("contacts/<uuid:contact_id>/portal/agree/", staff.agree, name="contact_portal_agree"),
    path("contacts/<uuid:contact_id>/portal/end/", staff.end, name="contact_portal_end"),
    path(
        "contacts/<uuid:contact_id>/portal/passkeys/",
        staff.remove_passkeys,
        name="contact_portal_passkeys",
    ),
    path("campaigns/<uuid:campaign_id>/progress/", views.progress, name="campaign_progress"),
    path("platform/tls-reports/", tls_sent.sent, name="tls_sent"),
    path("platform/tls-reports/switch/", tls_sent.switch, name="tls_sent_switch"),
    path("platform/mail-security/", publishing.mail_security, name="mail_security"),
    path("platform/mail-security/check/", publishing.check_records, name="mail_security_check"),
    path("platform/mail-security/keys/", publishing.make_keys, name="mail_security_keys"),
    path(
        "platform/mail-security/keys/discard/",
        publishing.discard_keys,
        name="mail_security_discard",
    ),
    path("reports/domains/", include((domains, "domain_security"))),
    path("", include((reports, "reports"))),
    path("", include((messages, "messages"))),
    path("", include((lanes, "lanes"))),
    path("settings/domains/", include((tls_reports, "tls_reports"))),
    path("", include((warm_up, "warm_up"))),
    path("replies/", include((replies, "replies"))),
    path("undelivered/", include((undelivered, "undelivered"))),
]

if settings.SANDBOX_MAIL_DIR:
    urlpatterns.append(path("sandbox/", include((sandbox, "sandbox"))))
