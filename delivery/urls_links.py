from django.urls import path

from delivery.portal.follow import follow, opened
from delivery.portal.stop_mail import stop_mail

app_name = "links"

urlpatterns = [
    path("u/<str:token>", stop_mail, name="stop_mail"),
    path("c/<str:token>/<int:number>", follow, name="follow"),
    path("o/<str:token>.gif", opened, name="opened"),
]
