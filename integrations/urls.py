from django.urls import include, path
from django.views.generic import RedirectView

from accounts.permissions import public
from integrations.api import (
    consents,
    contacts,
    documents,
    events,
    letters,
    messages,
    postmark,
    routes,
    sendgrid,
    suppressions,
    tokens,
)  # fmt: skip
from integrations.api.base import endpoint

v1 = [
    path("contacts", endpoint(contacts.Contacts), name="contacts"),
    path("contacts/batch", endpoint(contacts.ContactBatch), name="contacts_batch"),
    path("contacts/search", endpoint(contacts.ContactSearch), name="contacts_search"),
    path("contacts/<uuid:contact_id>", endpoint(contacts.ContactDetail), name="contact"),
    path(
        "contacts/<uuid:contact_id>/consents",
        endpoint(consents.ContactConsents),
        name="contact_consents",
    ),
    path("contacts/<uuid:contact_id>/route", endpoint(routes.ContactRoute), name="contact_route"),
    path("consents", endpoint(consents.Consents), name="consents"),
    path("consents/unprotected", endpoint(routes.Unprotected), name="unprotected"),
    path("events", endpoint(events.Events), name="events"),
    path("letters", endpoint(letters.Letters), name="letters"),
    path("messages", endpoint(messages.Messages), name="messages"),
    path("messages/<uuid:message_id>", endpoint(messages.MessageDetail), name="message"),
    path("suppressions", endpoint(suppressions.Suppressions), name="suppressions"),
    path("suppressions/search", endpoint(suppressions.Search), name="suppressions_search"),
    path("suppressions/lift", endpoint(suppressions.Lift), name="suppressions_lift"),
]
# Where clients of other services look for them: at the root of the host.
shapes = [
    path("v3/mail/send", endpoint(sendgrid.MailSend), name="mail_send"),
    path("email", endpoint(postmark.Email), name="email"),
    path("email/batch", endpoint(postmark.EmailBatch), name="email_batch"),
    path("email/withTemplate", endpoint(postmark.EmailWithTemplate), name="email_template"),
    path(
        "email/batchWithTemplates",
        endpoint(postmark.EmailBatchWithTemplates),
        name="email_batch_templates",
    ),
]
to_the_page = public("Leads to the description of the API.")(
    RedirectView.as_view(pattern_name="api:page")
)

urlpatterns = [
    path("api/v1/", include((v1, "v1"))),
    path("", include((shapes, "shapes"))),
    path(
        "oauth/",
        include(
            (
                [
                    path("token", tokens.token, name="token"),
                    path("revoke", tokens.revoke, name="revoke"),
                ],
                "oauth",
            )
        ),
    ),
    path(
        "",
        include(
            (
                [
                    path("", to_the_page, name="home"),
                    path("openapi.json", documents.openapi, name="openapi"),
                    path("docs/", documents.page, name="page"),
                ],
                "api",
            )
        ),
    ),
]
