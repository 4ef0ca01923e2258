"""Pages that each break one rule, for test_pages.py."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from accounts.permissions import public

SHELL = '<!doctype html><html lang="en"><title>Planted</title><main><h1>Planted</h1>{}</main>'
FAULTS = {
    "style": '<p style="color: red">Inline style</p>',
    "script": "<script>document.title = 'Inline script'</script>",
    "image": '<img src="/static/img/none.svg">',
    "wide": f"<pre>{'wide' * 500}</pre>",
    "none": "<p>Nothing wrong</p>",
}


@public("planted by a test")
def planted(_request: HttpRequest, fault: str) -> HttpResponse:
    return HttpResponse(SHELL.format(FAULTS[fault]))


urlpatterns = [path("planted/<str:fault>/", planted)]
