from django.urls import include, path

from accounts.views import (
    account,
    devices,
    enrollment,
    joining,
    keys,
    networks,
    operator,
    passwords,
    people,
    requests,
    settings,
    sign_in,
)

accounts = [
    path("login/", sign_in.sign_in, name="sign_in"),
    path("login/code/", sign_in.second_factor, name="second_factor"),
    path("login/recovery/", sign_in.recovery, name="recovery"),
    path("login/app/", enrollment.enroll, name="enroll"),
    path("login/forgotten/", passwords.forgotten, name="forgotten"),
    path("login/reset/", passwords.reset, name="reset"),
    path("login/reset/<str:token>/", passwords.follow, name="follow_reset"),
    path("logout/", sign_in.sign_out, name="sign_out"),
    path("join/", joining.join, name="join"),
    path("join/<str:token>/", joining.follow, name="follow_invitation"),
    path("account/", account.profile, name="profile"),
    path("account/password/", account.change_password, name="change_password"),
    path("account/recovery-codes/", enrollment.new_recovery_codes, name="recovery_codes"),
    path("account/confirm/", account.confirm, name="confirm"),
    path("account/devices/", devices.index, name="devices"),
    path("account/devices/end-others/", devices.end_others, name="end_other_devices"),
    path("account/devices/<uuid:session_id>/end/", devices.end, name="end_device"),
    path("account/theme/", account.choose_theme, name="theme"),
    path("workspaces/", account.workspaces, name="workspaces"),
    path("workspaces/<uuid:tenant_id>/", account.switch_workspace, name="switch_workspace"),
]
users = [
    path("", people.people, name="list"),
    path("invite/", people.invite, name="invite"),
    path("invitations/<uuid:invitation_id>/revoke/", people.revoke_invitation, name="revoke"),
    path("<uuid:membership_id>/", people.person, name="detail"),
    path("<uuid:membership_id>/suspend/", people.suspend, name="suspend"),
    path("<uuid:membership_id>/restore/", people.restore, name="restore"),
    path("<uuid:membership_id>/end-sessions/", people.end_sessions, name="end_sessions"),
    path("<uuid:membership_id>/reset-factor/", people.reset_factor, name="reset_factor"),
]
api_keys = [
    path("", keys.index, name="list"),
    path("new/", keys.new, name="new"),
    path("<uuid:key_id>/", keys.detail, name="detail"),
    path("<uuid:key_id>/networks/", keys.networks, name="networks"),
    path("<uuid:key_id>/secret/", keys.rotate, name="rotate"),
    path("<uuid:key_id>/old-secret/end/", keys.end_old_secret, name="end_old_secret"),
    path("<uuid:key_id>/revoke/", keys.revoke, name="revoke"),
]
second_person = [
    path("", requests.index, name="list"),
    path("<uuid:request_id>/", requests.detail, name="detail"),
    path("<uuid:request_id>/grant/", requests.grant, name="grant"),
    path("<uuid:request_id>/refuse/", requests.refuse, name="refuse"),
    path("<uuid:request_id>/withdraw/", requests.withdraw, name="withdraw"),
]
operators = [
    path("", operator.workspaces, name="workspaces"),
    path("new/", operator.open_workspace, name="open"),
]

urlpatterns = [
    path("", include((accounts, "accounts"))),
    path("settings/", include(([path("", settings.home, name="home")], "settings"))),
    path("settings/people/", include((users, "users"))),
    path("settings/api-keys/", include((api_keys, "api_keys"))),
    path("settings/requests/", include((second_person, "requests"))),
    path("settings/networks/", include(([path("", networks.networks, name="list")], "networks"))),
    path("operator/", include((operators, "operator"))),
]
