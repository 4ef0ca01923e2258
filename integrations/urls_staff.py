from django.urls import include, path

from integrations import views

ways = [
    path("", views.index, name="ways"),
    path("<uuid:key_id>/", views.defaults, name="defaults"),
]

urlpatterns = [path("settings/mail-from-systems/", include((ways, "systems")))]
