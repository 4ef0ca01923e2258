from django.http import HttpResponse
from django.urls import path


def planted(request):
    return HttpResponse("secret")


urlpatterns = [path("planted/", planted)]
handler500 = "accounts.errors.failed"
