"""Dates as patients read them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import formats, translation

FORMATS = {"en": ("F j, Y", "F j, Y, g:i a"), "es": (r"j \d\e F \d\e Y", r"j \d\e F \d\e Y, G:i")}


def day(moment: datetime, language: str, zone: str) -> str:
    return _written(moment, language, zone, 0)


def day_and_time(moment: datetime, language: str, zone: str) -> str:
    return _written(moment, language, zone, 1)


def _written(moment: datetime, language: str, zone: str, form: int) -> str:
    with translation.override(language):
        text = formats.date_format(moment.astimezone(ZoneInfo(zone)), FORMATS[language][form])
    return text.replace("a.m.", "am").replace("p.m.", "pm")
