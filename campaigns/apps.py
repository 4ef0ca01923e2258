from django.apps import AppConfig

from contacts import cause_names


class CampaignsConfig(AppConfig):
    name = "campaigns"

    def ready(self) -> None:
        from campaigns.queries.naming import names
        from campaigns.services.sending import stop_campaigns
        from compliance import stopping

        cause_names.register("campaign", names)
        stopping.register("campaigns", stop_campaigns)
