"""A whole journey by real clicks, every text in it marked: from a file of people to what they read and answered."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

from django.conf import settings
from playwright.sync_api import BrowserContext, Page, sync_playwright

from accounts.roles import Role
from campaigns.models import Campaign
from contacts import tokens
from contacts.models import ImportRun
from delivery import sandbox_inbox, unsubscribe
from delivery.demo.mail import remember_unsafe_domains
from delivery.escrow import keys
from delivery.models import Message
from delivery.portal.links import token_of
from tenancy import clock
from tenancy.scope import tenant_scope
from tests.accounts.signing_in import PASSWORD, current_code
from tests.factories.contacts import make_contact
from tests.security import busy_day
from tests.security import world as worlds
from tests.security.canary import Canaries
from tests.security.canary_stack import Stack
from tests.security.world import World
from tests.waiting import until

CODE = re.compile(r"\d{4} \d{4}")
HEADINGS = "MRN,PatFirst,PatLast,E-Mail,Postal code,Note"


@dataclass
class Journey:
    """`began_at` is a place in the write-ahead log; `visited` are all addresses that the browser asked for."""

    stack: Stack
    marks: Canaries
    planted: Canaries
    world: World
    began_at: str
    visited: list[str] = field(default_factory=list)
    export: Path = Path()
    password: str = ""


def make(stack: Stack, began_at: str) -> Journey:
    """The clinic, a marked campaign that is due, and the people whom it is for."""
    marks = Canaries()
    world = worlds.build("Elm Street Clinic", marks)
    with tenant_scope(world.tenant.id):
        for mode, domain in (
            ("read", "harbourmail"),
            ("gone", "lakepost"),
            ("portal", "plainmail"),
        ):
            make_contact(
                given_name=marks(f"given name {mode}"),
                family_name=marks(f"family name {mode}"),
                email=f"{'gone.' if mode == 'gone' else ''}{marks(f'mailbox {mode}')}@{domain}.example",
                external_id=marks(f"record number {mode}"),
                postal_code=marks(f"postal code {mode}"),
            )
        busy_day.give_keys()
        busy_day.approve(world, marks)
        remember_unsafe_domains()
        Campaign.objects.filter(pk=world.campaign.pk).update(send_at=clock.now())
    return Journey(stack, marks, Canaries(), world, began_at)


@contextmanager
def browser(journey: Journey) -> Iterator[BrowserContext]:
    """One that keeps all that a person's own browser keeps, in a folder."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            journey.stack["profile"],
            executable_path=os.environ.get("CHROMIUM_PATH"),
            args=arguments,
            accept_downloads=True,
        )
        context.on("request", lambda request: journey.visited.append(request.url))
        context.set_default_timeout(60_000)
        yield context
        context.close()


def live(journey: Journey) -> None:
    """In a browser, by the API, and by the workers meanwhile; then what every place is searched for."""
    with tenant_scope(journey.world.tenant.id):
        with browser(journey) as context:
            staff = context.new_page()
            _sign_in(journey, staff)
            _import(journey, staff)
            _look_up(journey, staff)
            _write(journey, staff)
            _take_export(journey, staff)
            _read_in_portal(journey, context.new_page())
            _choose(journey, context.new_page())
            _plant(journey, staff)
        _call(journey)
        _wait_for_the_mail(journey)


def _sign_in(journey: Journey, page: Page) -> None:
    owner = journey.world.people[Role.OWNER]
    page.goto(journey.stack.url("staff", "/login/"))
    page.get_by_label("Work email").fill(owner.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Code").press_sequentially(current_code(owner))
    page.get_by_text("Elm Street Clinic").first.wait_for()


def _import(journey: Journey, page: Page) -> None:
    marks = journey.marks
    cells = [
        "file number",
        "file given name",
        "file family name",
        "file mailbox",
        "file postal code",
        "file note",
    ]
    line = ",".join(
        marks(cell) + ("@postbox.example" if "mailbox" in cell else "") for cell in cells
    )
    content = f"{HEADINGS}\n{line}\n".encode()
    page.goto(journey.stack.url("staff", "/imports/new/"))
    name = f"{marks('file name')}.csv"
    page.set_input_files(
        "input[type=file]", {"name": name, "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name="Upload").click()
    page.get_by_label("Field for column Note").select_option("new:text")
    page.get_by_role("button", name="Show the first values").click()
    page.get_by_text(marks("file given name")).first.wait_for()
    page.get_by_role("button", name="Continue").click()
    page.locator("[name=basis][value=none]").check()
    page.get_by_role("button", name="Start the dry run").click()
    page.get_by_role("button", name=re.compile("Import 1 contact")).click()
    until(lambda: ImportRun.objects.filter(status=ImportRun.Status.IMPORTED).exists(), seconds=120)


def _look_up(journey: Journey, page: Page) -> None:
    """Searched by name and by mailbox, shown with a reason, their messages read."""
    marks = journey.marks
    for typed in (marks("file family name"), f"{marks('ada')}@x.example"):
        page.goto(journey.stack.url("staff", "/contacts/"))
        page.get_by_role("searchbox").fill(typed)
        page.get_by_role("searchbox").press("Enter")
        page.wait_for_load_state("networkidle")
    page.goto(journey.stack.url("staff", f"/contacts/{journey.world.ids['contact_id'][0]}/"))
    page.get_by_role("button", name="Show data").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Something else").check()
    dialog.get_by_role("textbox", name="Say what for", exact=True).fill(marks("reason"))
    dialog.get_by_role("button", name="Show for five minutes").click()
    page.get_by_text(marks("Quennell")).first.wait_for()
    page.goto(journey.stack.url("staff", "/messages/"))
    page.get_by_label("Email address or message id").first.fill(
        f"{marks('mailbox read')}@harbourmail.example"
    )
    page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    for path in (
        f"messages/{journey.world.sent.pk}/", f"campaigns/{journey.world.campaign.pk}/",
        f"campaigns/{journey.world.campaign.pk}/preview/", "segments/", "compliance/audit/",
    ):  # fmt: skip
        page.goto(journey.stack.url("staff", f"/{path}"))
        page.wait_for_load_state("networkidle")


def _write(journey: Journey, page: Page) -> None:
    """A person typed in, and one who is left half typed: the browser keeps neither."""
    marks = journey.marks
    for is_kept in (True, False):
        page.goto(journey.stack.url("staff", "/contacts/new/"))
        for label in ("Record number", "Given name", "Family name"):
            page.get_by_label(label).first.fill(marks(f"typed {label} {is_kept}"))
        page.get_by_label("Email").first.fill(
            f"{marks(f'typed mailbox {is_kept}')}@postbox.example"
        )
        if is_kept:
            page.get_by_role("button", name="Add the contact").click()
            page.wait_for_url(re.compile(r"/contacts/[0-9a-f-]{36}/$"))


def _take_export(journey: Journey, page: Page) -> None:
    export_id = journey.world.ids["export_id"][0]
    page.goto(journey.stack.url("staff", f"/exports/{export_id}/"))
    page.get_by_role("button", name="Show the password, once").click()
    page.wait_for_load_state("networkidle")
    journey.password = page.locator("code").first.inner_text()
    page.goto(journey.stack.url("staff", f"/exports/{export_id}/"))
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Take the file, once").click()
    journey.export = journey.stack.folder / downloading.value.suggested_filename
    downloading.value.save_as(journey.export)


def _read_in_portal(journey: Journey, page: Page) -> None:
    item = journey.world.item
    fragment = keys.to_fragment(item.notice_link_key)
    page.goto(journey.stack.url("portal", f"/m/{token_of(item.id)}#{fragment}"))
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Code we sent").wait_for()
    mailed: list[str] = []
    until(lambda: mailed.extend(_codes(journey.stack.sandbox.mail)) or mailed, seconds=60)
    page.get_by_label("Code we sent").fill(mailed[0])
    for label, value in (("Month", "7"), ("Day", "9"), ("Year", "1968")):
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Read the message").click()
    page.frame_locator("iframe").get_by_text(journey.marks("Secret text")).wait_for()


def _codes(mail: Path) -> Iterator[str]:
    """That patients found in their mailboxes."""
    for arrival in sandbox_inbox.arrivals(mail):
        letter = sandbox_inbox.letter(mail, arrival.domain, arrival.name)
        yield from filter(CODE.fullmatch, letter.text.splitlines())


def _choose(journey: Journey, page: Page) -> None:
    """The patient's own page, and the page behind List-Unsubscribe."""
    choices = tokens.make(tokens.PREFERENCES, journey.world.item.contact_id)
    page.goto(journey.stack.url("links", f"/p/{choices}"))
    page.get_by_role("button").first.click()
    page.wait_for_load_state("networkidle")
    stop = unsubscribe.signer().token(journey.world.sent.pk)
    page.goto(journey.stack.url("links", f"/u/{stop}"))


def _plant(journey: Journey, page: Page) -> None:
    """What a careless page would do: a name in the address, and one in the tab's storage."""
    page.goto(journey.stack.url("staff", f"/login/?name={journey.planted('address')}"))
    page.evaluate("word => localStorage.setItem('name', word)", journey.planted("storage"))


def _call(journey: Journey) -> None:
    """A system writes a person, and then something that is none."""
    marks = journey.marks
    body = {
        "external_id": marks("api record number"),
        "given_name": marks("api given name"),
        "email": f"{marks('api mailbox')}@postbox.example",
    }
    headers = {
        "Host": settings.HOSTS["api"],
        "Authorization": f"Bearer {journey.world.api_key}",
        "Content-Type": "application/json",
    }
    statuses = []
    for sent in (body, {marks("api wrong field"): marks("api wrong value")}):
        named = headers | {"Idempotency-Key": marks(f"idempotency key {len(sent)}")}
        connection = HTTPConnection("127.0.0.1", journey.stack.port, timeout=60)
        connection.request("POST", "/api/v1/contacts", json.dumps(sent), named)
        statuses.append(connection.getresponse().status)
        connection.close()
    assert statuses == [201, 400]


def _wait_for_the_mail(journey: Journey) -> None:
    """Sent over TLS, refused as unknown, and sealed in the portal with a notice."""
    sent = Message.objects.filter(cause_id=journey.world.campaign.pk, cause="campaign")
    wanted = {"sent", "failed", "escrowed"}
    until(lambda: wanted <= set(sent.values_list("status", flat=True)), seconds=240)
