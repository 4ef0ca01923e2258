from django.apps import AppConfig

from campaigns import retries


class DeliveryConfig(AppConfig):
    name = "delivery"

    def ready(self) -> None:
        from compliance import stopping
        from delivery.queries.waiting import to_retry
        from delivery.reports import people_files
        from delivery.services import pins
        from delivery.services.closing import stop_messages

        people_files.register()
        pins.register()
        retries.register(to_retry)
        stopping.register("messages", stop_messages)
