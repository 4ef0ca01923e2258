from django.urls import include, path

from contacts.views import preferences

pages = [
    path("p/<str:token>", preferences.preferences, name="page"),
    path("p/<str:token>/undo", preferences.undo, name="undo"),
]

urlpatterns = [path("", include((pages, "preferences")))]
