"""Views that fail with somebody's data in their hands, and one that fails while its answer streams."""

from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path
from rest_framework.response import Response

from accounts.permissions import public
from integrations.api.base import Resource, endpoint

CANARY = "Quennell-canary"


@public("planted")
def fails(request, token):
    person = {"name": CANARY, "said": request.POST.get("said"), "link": token}
    try:
        raise KeyError(person["name"])
    except KeyError as error:
        raise ValueError(f"{person} cannot be read") from error


@public("planted")
def fails_in_sql(request, token):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::integer", [CANARY])


@public("planted")
def fails_in_a_stream(request, token):
    def parts():
        yield b"first"
        raise ValueError(CANARY)

    return StreamingHttpResponse(parts())


@public("planted")
def works(request, token):
    return HttpResponse(f"{CANARY} {token}")


class Failing(Resource):
    scopes = {}

    def initial(self, request, *args, **kwargs):
        pass

    def post(self, request, token):
        if request.data["said"] == "nothing":
            return Response({})
        raise ValueError(f"{CANARY} {request.data}")


urlpatterns = [
    path("fails/<str:token>/", fails),
    path("fails_in_sql/<str:token>/", fails_in_sql),
    path("fails_in_a_stream/<str:token>/", fails_in_a_stream),
    path("works/<str:token>/", works),
    path("resource/<str:token>/", endpoint(Failing)),
]
handler404 = "accounts.errors.not_found"
handler500 = "accounts.errors.failed"
