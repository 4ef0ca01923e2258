from django.urls import path

from delivery.publishing.views import policy

urlpatterns = [path(".well-known/mta-sts.txt", policy, name="mta_sts_policy")]

handler400 = "accounts.errors.bad_request"
handler403 = "accounts.errors.forbidden"
handler404 = "accounts.errors.not_found"
handler500 = "accounts.errors.failed"
