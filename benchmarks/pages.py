"""95th percentile of the pages that people open most, in a workspace of 100,000 people.

The limit is a page without data behind the same middleware. Counts that take longer than a page may
are fragments loaded afterwards; they are figures of their own (`segment.100k`).
"""

import statistics
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from benchmarks.measurement import Measurement
from benchmarks.workplace import add_people, clinic

if TYPE_CHECKING:
    from django.test import Client

    from tenancy.models import Tenant

PEOPLE = 100_000
VISITS = 50  # no more than the pace of one person allows
GOAL = 0.05
LAYERS = ("session", "both factors checked", "RLS", "unsealing", "masking", "audit of looks")


def main() -> int:
    with clinic() as tenant:
        add_people(PEOPLE)
        pages = addresses()
        browser = signed_in(tenant)
        limit = percentile_95(browser, "/login/forgotten/")
        figures = [figure(name, percentile_95(browser, path), limit) for name, path in pages]
    for one in figures:
        print(one.line())
    return 0 if all(one.reaches_goal for one in figures) else 1


def addresses() -> list[tuple[str, str]]:
    """A page of each kind, with an object that exists."""
    from contacts.models import Contact
    from tests.factories.campaigns import ready_campaign

    campaign = ready_campaign()
    contact = Contact.objects.order_by("id").values_list("id", flat=True)[PEOPLE // 2]
    return [
        ("page.home", "/"),
        ("page.contacts", "/contacts/"),
        ("page.contact", f"/contacts/{contact}/"),
        ("page.segments", "/segments/"),
        ("page.segment", f"/segments/{campaign.segment_id}/"),
        ("page.campaigns", "/campaigns/"),
        ("page.campaign", f"/campaigns/{campaign.id}/"),
        ("page.editor", f"/campaigns/{campaign.id}/content/"),
        ("page.reports", "/reports/"),
    ]


def signed_in(tenant: "Tenant") -> "Client":
    from tests.accounts.signing_in import browser_of, make_member

    return browser_of(make_member(tenant, "marketer"))


def percentile_95(browser: "Client", path: str) -> float:
    """Milliseconds. Raises SystemExit if the page does not open."""

    def visit() -> None:
        answer = browser.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}.")

    visit()
    return statistics.quantiles([seconds(visit) for _ in range(VISITS)], n=20)[-1] * 1000


def seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def figure(name: str, value: float, limit: float) -> Measurement:
    return Measurement(name, value, "ms", limit, limit / value, GOAL, LAYERS)


if __name__ == "__main__":
    sys.exit(main())
