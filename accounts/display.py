"""How numbers, moments and masked values read on every page."""

from datetime import datetime, timedelta, tzinfo

NO_BREAK_SPACE = "\u00a0"
# A fixed number of dots: the true length of a name is itself a hint.
DOTS = "•" * 5


def grouped(count: int) -> str:
    return f"{count:,}"


def percentage(share: float) -> str:
    """A share of one as "98.9 %", with one decimal; "100 %" and "0 %" only if they are exact."""
    percent = share * 100
    if percent in (0, 100):
        return f"{percent:.0f}{NO_BREAK_SPACE}%"
    return f"{min(max(percent, 0.1), 99.9):.1f}{NO_BREAK_SPACE}%"


def when(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """ "2 minutes ago" within a day, then the date; the same for what lies ahead."""
    distance = abs(now - moment)
    if distance < timedelta(minutes=1):
        return "just now" if moment <= now else "in less than a minute"
    if distance < timedelta(days=1):
        words = duration_in_words(distance)
        return f"{words} ago" if moment < now else f"in {words}"
    local = moment.astimezone(zone)
    if local.year == now.astimezone(zone).year:
        return f"{local.day} {local:%B}, {local:%H:%M}"
    return to_the_minute(moment, zone)


def duration_in_words(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    count, unit = (minutes, "minute") if minutes < 60 else (minutes // 60, "hour")
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def to_the_minute(moment: datetime, zone: tzinfo) -> str:
    local = moment.astimezone(zone)
    return f"{local.day} {local:%B %Y}, {local:%H:%M}"


def exact(moment: datetime, zone: tzinfo) -> str:
    """A moment to the second, with its zone: what evidence shows."""
    local = moment.astimezone(zone)
    return f"{local.day} {local:%B %Y}, {local:%H:%M:%S %Z}"


def mask(value: str) -> str:
    """First letter and dots; an address keeps its domain, a family name becomes an initial."""
    local, at, domain = value.strip().rpartition("@")
    if at:
        return f"{local[:1]}{DOTS}@{domain}"
    words = value.split()
    if len(words) > 1 and words[-1][0].isalpha():
        return f"{words[0][0]}{DOTS} {words[-1][0]}."
    return f"{value.strip()[:1]}{DOTS}"


def mask_number(value: str) -> str:
    """Dots and the last three characters, by which staff compare two record numbers.

    Never more than half of it: a short number would be shown whole.
    """
    return DOTS + number_end(value)


def number_end(value: str) -> str:
    number = value.strip()
    return number[len(number) - min(3, len(number) // 2) :]


def initials(name: str) -> str:
    words = name.split()
    return "".join(word[0].upper() for word in (words[:1] + words[1:][-1:]))
