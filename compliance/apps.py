from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ComplianceConfig(AppConfig):
    name = "compliance"

    def ready(self) -> None:
        from accounts.services import protection
        from compliance import checks, protective, setting_checks  # noqa: F401 - registers the system checks
        from compliance.services import anchor_ways, disposals, ending, holds

        anchor_ways.register()
        protection.register(*protective.GROUPS)
        holds.register()
        disposals.register()
        ending.register()
        autodiscover_modules("data_lifecycle")
