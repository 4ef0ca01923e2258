from django.apps import AppConfig

from contacts import cause_names


class CampaignsConfig(AppConfig):
    name = "campaigns"

    def ready(self) -> None:
        from campaigns.queries.naming import names

        cause_names.register("campaign", names)
