from django.urls import include, path

urlpatterns = [
    path("", include("delivery.urls")),
    path("", include("accounts.urls")),
    path("", include("compliance.urls")),
    path("", include("contacts.urls")),
    path("", include("segments.urls")),
    path("", include("campaigns.urls")),
    path("", include("integrations.urls_staff")),
]

handler400 = "accounts.errors.bad_request"
handler403 = "accounts.errors.forbidden"
handler404 = "accounts.errors.not_found"
handler500 = "accounts.errors.failed"
