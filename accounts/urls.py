from django.urls import include, path

from accounts.views import (
    account,
    devices,
    emergencies,
    enrollment,
    entitlements,
    factors,
    joining,
    keys,
    networks,
    operator,
    operator_keys,
    passkeys,
    passwords,
    people,
    requests,
    security,
    settings,
    sign_in,
    support,
    workspace_keys,
)

accounts = [
    path("login/", sign_in.sign_in, name="sign_in"),
    path("login/code/", sign_in.second_factor, name="second_factor"),
    path("login/recovery/", sign_in.recovery, name="recovery"),
    path("login/app/", enrollment.enroll, name="enroll"),
    path("login/passkey/", passkeys.sign_in, name="passkey_sign_in"),
    path("login/passkey/options/", passkeys.sign_in_options, name="passkey_options"),
    path("login/passkey/new/", enrollment.enroll_passkey, name="enroll_passkey"),
    path("login/passkey/new/options/", passkeys.first_options, name="first_passkey_options"),
    path("login/forgotten/", passwords.forgotten, name="forgotten"),
    path("login/reset/", passwords.reset, name="reset"),
    path("login/reset/<str:token>/", passwords.follow, name="follow_reset"),
    path("logout/", sign_in.sign_out, name="sign_out"),
    path("join/", joining.join, name="join"),
    path("join/<str:token>/", joining.follow, name="follow_invitation"),
    path("account/", account.profile, name="profile"),
    path("account/password/", account.change_password, name="change_password"),
    path("account/factors/", factors.index, name="factors"),
    path("account/factors/app/", factors.new_app, name="new_app"),
    path("account/factors/app/remove/", factors.remove_app, name="remove_app"),
    path("account/factors/codes/", factors.new_codes, name="recovery_codes"),
    path("account/factors/passkey/", factors.new_passkey, name="new_passkey"),
    path("account/factors/passkey/options/", passkeys.new_options, name="new_passkey_options"),
    path(
        "account/factors/<uuid:passkey_id>/remove/", factors.remove_passkey, name="remove_passkey"
    ),
    path("account/confirm/", account.confirm, name="confirm"),
    path("account/devices/", devices.index, name="devices"),
    path("account/devices/end-others/", devices.end_others, name="end_other_devices"),
    path("account/devices/<uuid:session_id>/end/", devices.end, name="end_device"),
    path("account/confirm/options/", passkeys.confirm_options, name="confirm_options"),
    path("account/theme/", account.choose_theme, name="theme"),
    path("workspaces/", account.workspaces, name="workspaces"),
    path("workspaces/<uuid:tenant_id>/", account.switch_workspace, name="switch_workspace"),
]
users = [
    path("", people.people, name="list"),
    path("history/", entitlements.history, name="history"),
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
    path("<uuid:key_id>/key-set/", keys.key_set, name="key_set"),
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
emergency = [
    path("", emergencies.index, name="list"),
    path("take/", emergencies.take, name="take"),
    path("end/", emergencies.end, name="end"),
    path("<uuid:access_id>/review/", emergencies.review, name="review"),
]
windows = [
    path("", support.index, name="list"),
    path("open/", support.open_window, name="open"),
    path("close/", support.close, name="close"),
]
encryption_keys = [
    path("", workspace_keys.index, name="index"),
    path("progress/", workspace_keys.progress, name="progress"),
    path("columns/", workspace_keys.columns, name="columns"),
    path("rotate/", workspace_keys.rotate, name="rotate"),
    path("resume/", workspace_keys.resume, name="resume"),
    path("stop/", workspace_keys.stop, name="stop"),
    path("<uuid:version_id>/destroy/", workspace_keys.destroy, name="destroy"),
]
operators = [
    path("", operator.workspaces, name="workspaces"),
    path("new/", operator.open_workspace, name="open"),
    path("leave/", support.leave, name="leave"),
    path("<uuid:workspace_id>/look/", support.enter, name="look"),
    path("keys/", operator_keys.platform, name="keys"),
    path("<uuid:tenant_id>/keys/", operator_keys.workspace, name="workspace_keys"),
    path("<uuid:tenant_id>/owner/invite/", operator.invite_owner, name="invite_owner"),
    path("<uuid:tenant_id>/owner/withdraw/", operator.withdraw_owner, name="withdraw_owner"),
    path("<uuid:tenant_id>/keys/off/", operator_keys.switch_off, name="switch_keys_off"),
    path("<uuid:tenant_id>/keys/on/", operator_keys.switch_on, name="switch_keys_on"),
]

urlpatterns = [
    path("", include((accounts, "accounts"))),
    path("settings/", include(([path("", settings.home, name="home")], "settings"))),
    path("settings/people/", include((users, "users"))),
    path("settings/api-keys/", include((api_keys, "api_keys"))),
    path("settings/requests/", include((second_person, "requests"))),
    path("settings/security/", include(([path("", security.security, name="rules")], "security"))),
    path("settings/emergency/", include((emergency, "emergencies"))),
    path("settings/support/", include((windows, "support"))),
    path("settings/networks/", include(([path("", networks.networks, name="list")], "networks"))),
    path("settings/keys/", include((encryption_keys, "keys"))),
    path("operator/", include((operators, "operator"))),
]
