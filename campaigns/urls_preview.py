from django.urls import path

from campaigns.views import previews

urlpatterns = [
    path("<str:token>/", previews.rendering, name="rendering"),
]
