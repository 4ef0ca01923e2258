from django.urls import path

from delivery.portal.stop_mail import stop_mail

app_name = "links"

urlpatterns = [path("u/<str:token>", stop_mail, name="stop_mail")]
