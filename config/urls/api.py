from django.urls import include, path

urlpatterns = [
    path("", include("integrations.urls")),
]

handler400 = "integrations.api.errors.bad_request"
handler403 = "integrations.api.errors.forbidden"
handler404 = "integrations.api.errors.not_found"
handler500 = "integrations.api.errors.failed"
