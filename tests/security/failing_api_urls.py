"""The same on the API's host, with its own pages for failures."""

from tests.security import failing_urls

urlpatterns = failing_urls.urlpatterns
handler404 = "integrations.api.errors.not_found"
handler500 = "integrations.api.errors.failed"
