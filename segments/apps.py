from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    name = "segments"

    def ready(self) -> None:
        from contacts import export_sources
        from segments.sources import SOURCE

        export_sources.register("segment", SOURCE)
