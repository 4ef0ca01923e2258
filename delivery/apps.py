from django.apps import AppConfig

from campaigns import retries


class DeliveryConfig(AppConfig):
    name = "delivery"

    def ready(self) -> None:
        from delivery.queries.waiting import to_retry

        retries.register(to_retry)
