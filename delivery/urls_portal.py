from django.urls import path

from delivery.portal import (
    file_views,
    inbox_views,
    passkey_views,
    passphrase_views,
    reply_views,
    text_views,
    views,
)

app_name = "portal"

urlpatterns = [
    path("", views.root, name="root"),
    path("m/<str:token>", views.gate, name="gate"),
    path("m/<str:token>/check", views.check, name="check"),
    path("m/<str:token>/code", views.code, name="code"),
    path("m/<str:token>/text", text_views.state, name="text"),
    path("m/<str:token>/not-me", views.not_me, name="not_me"),
    path("m/<str:token>/message", views.message, name="message"),
    path("m/<str:token>/sealed", views.sealed, name="sealed"),
    path("m/<str:token>/frame", views.frame, name="frame"),
    path("m/<str:token>/receipt", views.receipt, name="receipt"),
    path("m/<str:token>/printed", views.printed, name="printed"),
    path("m/<str:token>/plain", views.plain, name="plain"),
    path("m/<str:token>/file", file_views.plain, name="file"),
    path("m/<str:token>/file/<int:position>/<int:number>", file_views.chunk, name="file_chunk"),
    path("m/<str:token>/file/<int:position>/saved", file_views.saved, name="file_saved"),
    path("m/<str:token>/messages", inbox_views.listed, name="inbox"),
    path("m/<str:token>/device", inbox_views.device, name="device"),
    path("m/<str:token>/passkey", passkey_views.use, name="passkey"),
    path("m/<str:token>/passkey/options", passkey_views.options, name="passkey_options"),
    path("m/<str:token>/passkey/new", passkey_views.set_up, name="passkey_new"),
    path("m/<str:token>/passkey/remove", passkey_views.remove, name="passkey_remove"),
    path("m/<str:token>/passphrase", passphrase_views.choose, name="choose"),
    path("m/<str:token>/passphrase/end", passphrase_views.end, name="end_passphrase"),
    path("m/<str:token>/reply", reply_views.send, name="reply"),
    path("m/<str:token>/leave", views.leave, name="leave"),
]
