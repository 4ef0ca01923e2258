from django.conf import settings
from django.urls import path

from delivery import sandbox_views

urlpatterns = (
    [path("sandbox/<str:pointer>/", sandbox_views.rendering, name="sandbox_letter")]
    if settings.SANDBOX_MAIL_DIR
    else []
)
