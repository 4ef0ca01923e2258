"""The slow, literal reading of a rule's JSON, which shares no code with the product.

Days are stepped one by one, ages are counted birthday by birthday, lists are walked to their end.
"""

import calendar
from datetime import date, timedelta
from uuid import UUID

ONE_DAY = timedelta(days=1)


def matches(rule, person, today, zone):
    if "match" in rule:
        answers = [matches(inner, person, today, zone) for inner in rule["rules"]]
        return {
            "all": answers.count(False) == 0,
            "any": True in answers,
            "none": True not in answers,
        }[rule["match"]]
    source, name = rule["field"].split(".", 1)
    operator = rule["operator"]
    if source == "consent":
        state = person.consents.get(name, "never_asked")
        return state == operator
    if source == "activity":
        enough = facts(rule, name, person, today, zone) >= rule["times"]
        return enough is (operator == "did")
    value = look_up(source, name, person, today)
    if operator == "known":
        return value is not None
    if operator == "not_known":
        return value is None
    return value is not None and compare(rule, operator, value, today)


def look_up(source, name, person, today):
    if source == "identity" and name == "age":
        born = as_day(person.identity.get("birth_date"))
        return None if born is None else birthdays(born, today)
    if (source, name) == ("identity", "is_patient"):
        return person.is_patient
    if source == "identity" and name == "email_domain":
        email = person.identity.get("email")
        return as_text(email.split("@")[-1]) if isinstance(email, str) and "@" in email else None
    if source == "identity":
        value = person.identity.get(name)
        return as_day(value) if name == "birth_date" else as_text(value)
    value = person.attributes.get(name)
    return READ[name](value)


def as_text(value):
    return value.strip() if type(value) is str and value.strip() != "" else None


def as_number(value):
    return value if type(value) in (int, float) else None


def as_day(value):
    try:
        return date.fromisoformat(value) if type(value) is str else None
    except ValueError:
        return None


def as_boolean(value):
    return value if type(value) is bool else None


READ = {
    "plan": as_text,
    "city": as_text,
    "visits": as_number,
    "last_visit": as_day,
    "smoker": as_boolean,
}


def compare(rule, operator, value, today):
    if isinstance(value, bool):
        return value == (operator == "yes")
    if isinstance(value, str):
        return compare_text(rule, operator, value.casefold())
    if isinstance(value, date):
        return compare_day(rule, operator, value, today)
    low, high = rule.get("low"), rule.get("high")
    bound = rule.get("value")
    return {
        "equals": lambda: not (value < bound or value > bound),
        "between": lambda: not (value < low or value > high),
        "at_least": lambda: not value < bound,
        "more_than": lambda: not value <= bound,
        "at_most": lambda: not value > bound,
        "less_than": lambda: not value >= bound,
    }[operator]()


def compare_text(rule, operator, value):
    wanted = [text.strip().casefold() for text in rule.get("values", [rule.get("value")])]
    return {
        "is": value == wanted[0],
        "is_not": value != wanted[0],
        "is_one_of": any(value == text for text in wanted),
        "contains": len(value.split(wanted[0])) > 1,
        "starts_with": value[: len(wanted[0])] == wanted[0],
    }[operator]


def compare_day(rule, operator, day, today):
    if operator == "anniversary_in":
        months = {"this": today.month, "next": today.month % 12 + 1}
        return day.month == months.get(rule["month"]) or str(day.month) == rule["month"]
    if operator in ("on", "before", "after", "between"):
        first = date.fromisoformat(rule.get("value") or rule["low"])
        last = date.fromisoformat(rule.get("value") or rule["high"])
        inside = first <= day <= last
        return {"on": inside, "between": inside, "before": day < first, "after": day > last}[
            operator
        ]
    past = step(today, rule["amount"], rule["unit"], -1)
    future = step(today, rule["amount"], rule["unit"], +1)
    return {
        "in_the_last": past <= day <= today,
        "longer_ago_than": day < past,
        "exactly_ago": day == past,
        "in_the_next": today <= day <= future,
        "further_ahead_than": day > future,
        "exactly_ahead": day == future,
    }[operator]


def step(day, amount, unit, direction):
    if unit in ("days", "weeks"):
        for _ in range(amount * (7 if unit == "weeks" else 1)):
            day += direction * ONE_DAY
        return day
    year, month = day.year, day.month
    for _ in range(amount * (12 if unit == "years" else 1)):
        month += direction
        if month == 0:
            year, month = year - 1, 12
        if month == 13:
            year, month = year + 1, 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def birthdays(born, today):
    """How many birthdays after the first day have come, or how many are still to come before it."""
    age = 0
    while birthday(born, born.year + age + 1) <= today:
        age += 1
    while birthday(born, born.year + age) > today:
        age -= 1
    return age


def birthday(born, year):
    if (born.month, born.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 3, 1)
    return born.replace(year=year)


def facts(rule, kind, person, today, zone):
    found = 0
    for fact in person.activity:
        local_day = fact.occurred_at.astimezone(zone).date()
        in_time = local_day <= today
        if rule.get("amount") is not None:
            in_time = in_time and local_day >= step(today, rule["amount"], rule["unit"], -1)
        for_it = rule.get("campaign") is None or fact.cause_id == UUID(rule["campaign"])
        if fact.kind == kind and in_time and for_it:
            found += 1
    return found
