from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import countersign
        from accounts.services import access_rules, factor_resets, key_allowance, sign_in_rules

        countersign.register(
            access_rules.WIDEN,
            permission="policy.edit",
            perform=access_rules.widen,
            describe=access_rules.described,
        )
        factor_resets.register()
        key_allowance.register()
        sign_in_rules.register()
