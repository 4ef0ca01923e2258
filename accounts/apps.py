from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import sign_in_settings
        from accounts.services import factor_resets, key_allowance, protection

        factor_resets.register()
        key_allowance.register()
        protection.register(*sign_in_settings.GROUPS)
