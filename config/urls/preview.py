from django.urls import include, path

urlpatterns = [
    path("", include("delivery.urls_preview")),
    path("", include("campaigns.urls_preview")),
]

handler400 = "accounts.errors.bad_request"
handler403 = "accounts.errors.forbidden"
handler404 = "accounts.errors.not_found"
handler500 = "accounts.errors.failed"
