"""A clinic with one of everything that a page can show, made through services and factories.

Objects are listed under the name that URLs give them: a route whose name is missing here is found.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from accounts.api_keys import Scope
from accounts.models import ApiKey, Membership, Passkey, Session, User
from accounts.roles import Role
from accounts.services import api_keys, emergencies, people, support, users
from accounts.services.sign_in import actor_for
from audit import anchoring
from audit.models import AuditEvent
from audit.services import SYSTEM
from campaigns.models import Campaign
from campaigns.services import approvals, drafts, sending, templates
from compliance import services as compliance
from compliance.facts import SuppressionReason
from compliance.models import Alert, DataReturn, LegalHold, RetentionRun, SenderDomain, Suppression
from compliance.services import alerts, holds, retention, reviews
from compliance.trail import Filters
from contacts import services as contacts
from contacts.importing.dates import Order
from contacts.models import ImportRun
from contacts.services import export_work, exports, imports
from contacts.services.consent import Evidence
from contacts.services.import_work import work_on
from contacts.services.uploads import Intake
from delivery.models import EscrowItem, Message, WarmUpPlan
from segments import services as segments
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.models import Tenant, WrappedKey
from tenancy.scope import platform_scope, tenant_scope
from tests.accounts import sample_act
from tests.accounts.signing_in import browser_of, make_user
from tests.audit import months
from tests.conftest import make_tenant
from tests.factories import campaigns as campaign_factory
from tests.factories.campaigns import CONTENT, EVERYBODY, MARKETER, OFFICER
from tests.factories.compliance import OPERATOR, sign
from tests.factories.contacts import make_contact
from tests.security.world_mail import messages

Mark = Callable[[str], str]
FILE = "MRN,First name,Email\n{0}7,{0}ann,{0}ann@x.example\n{0}8,{0}bo,{0}bo@\n"


@dataclass
class World:
    """`ids` holds, by the name of a URL's argument, objects that may be acted on, and the words
    that stand beside them; `mark` changes texts."""

    tenant: Tenant
    mark: Mark = str
    people: dict[str, User] = field(default_factory=dict)
    ids: dict[str, list[object]] = field(default_factory=dict)
    api_key: str = ""
    campaign: Campaign | None = None
    item: EscrowItem | None = None
    sent: Message | None = None


def build(name: str = "Elm Street Clinic", mark: Mark = str) -> World:
    world = World(make_tenant(name), mark)
    with tenant_scope(world.tenant.id):
        for make in (
            _staff, _signed_in, _campaigns, _templates, _contacts, _segments, _imports, _compliance,
            messages,
        ):  # fmt: skip
            make(world)
        world.ids["event_id"] = list(AuditEvent.objects.values_list("pk", flat=True)[:2])
        world.ids |= {"anchor_id": [anchoring.keep(anchoring.fresh_checkpoint(), "download").pk]}
        versions = WrappedKey.objects.filter(tenant=world.tenant.id, purpose="seal")
        world.ids["version_id"] = list(versions.values_list("pk", flat=True))
        world.ids |= {"tenant_id": [world.tenant.id], "workspace_id": [world.tenant.id]}
    with platform_scope():
        address = WarmUpPlan.objects.create(name=f"{uuid7().hex}.example")
    world.ids["plan_id"] = [address.pk]
    world.ids["platform_archive_id"] = [it.pk for it in months.of_platform(OPERATOR, (2020, 3))]
    return world


def _staff(world: World) -> None:
    """One member of each role, others to act upon, an invitation, requests and a key."""
    tenant = world.tenant
    for role in Role:
        world.people[role] = make_user(f"{role.label} Person")
        users.add_member(world.people[role], role, tenant=tenant, actor=SYSTEM)
    others = [make_user("Mo Member") for _ in range(3)]
    for other in others:
        users.add_member(other, Role.ANALYST, tenant=tenant, actor=SYSTEM)
    members = Membership.objects.filter(user__in=others)
    world.ids["membership_id"] = list(members.values_list("pk", flat=True))
    invited = people.send_invitation("new@x.example", Role.ANALYST, tenant=tenant, actor=SYSTEM)
    world.ids["invitation_id"] = [invited.pk]
    asker = actor_for(world.people[Role.OWNER])
    world.ids["request_id"] = [sample_act.ask(asker).pk for _ in range(3)]
    admin = actor_for(world.people[Role.ADMIN])
    taken = emergencies.take(
        reason="A patient calls",
        minutes=60,
        by=Membership.objects.get(user=world.people[Role.ADMIN]),
        actor=admin,
    )
    emergencies.end(admin.id, actor=admin)
    world.ids["access_id"] = [taken.pk]
    support.open_window(ticket="T-1042", hours=4, actor=admin)
    _, world.api_key = _issued_key()
    world.ids["key_id"] = [_issued_key()[0].pk]


def _signed_in(world: World) -> None:
    """A session and a passkey of the owner."""
    browser_of(world.people[Role.OWNER])
    with platform_scope():
        owners = Session.objects.filter(user=world.people[Role.OWNER])
        passkey = Passkey.objects.create(
            user=world.people[Role.OWNER],
            name="Security key",
            credential=uuid7().bytes,
            credential_id=b"credential",
            public_key=b"key",
            may_be_backed_up=False,
            is_backed_up=False,
        )
        world.ids["passkey_id"] = [passkey.pk]
        world.ids["session_id"] = list(owners.values_list("pk", flat=True))


def _issued_key() -> tuple[ApiKey, str]:
    expires_at = clock.now() + timedelta(days=30)
    right = api_keys.Right(name="EHR", scopes=list(Scope), expires_at=expires_at)
    key, text = api_keys.issue(right, actor=SYSTEM)
    key.is_allowed = True
    key.save(update_fields=["is_allowed"])
    return key, text


def _campaigns(world: World) -> None:
    """The agreement, the sender, the segment, and a campaign in each state."""
    mark = world.mark
    content = CONTENT | {"subject": mark("Subject"), "preheader": mark("Preheader")}
    content["blocks"] = [
        *CONTENT["blocks"],
        {"id": "y", "type": "text", "text": mark("Body")},
        {
            "id": "z",
            "type": "button",
            "label": mark("Button"),
            "link": f"https://www.elm.example/{mark('path')}",
        },
    ]
    segment = campaign_factory.segment(mark("Audience"))
    ready = campaign_factory.ready_campaign(
        name=mark("Visit reminder"), content=content, segment=segment, start="by_hand"
    )
    world.campaign = ready
    world.ids["campaign_id"] = [_in_state(ready, status).pk for status in Campaign.Status]
    world.ids["segment_id"] = [segment.pk]


def _in_state(ready: Campaign, status: str) -> Campaign:
    """A copy that went through the steps up to `status`."""
    state = Campaign.Status
    copy = drafts.duplicate(ready, actor=MARKETER)
    copy = drafts.change(copy, {"start": "by_hand"}, version=copy.version, actor=MARKETER)
    if status == state.DRAFT:
        return copy
    asked = approvals.submit(copy, version=copy.version, actor=MARKETER)
    if status == state.SUBMITTED:
        return asked.campaign
    copy = approvals.approve(asked, content_hash=asked.content_hash, actor=OFFICER)
    if status == state.APPROVED:
        return copy
    if status == state.SCHEDULED:
        return sending.schedule(copy, send_at=clock.now() + timedelta(days=3), actor=MARKETER)
    copy = sending.send_now(copy, actor=MARKETER)
    with clock.at(clock.now() + timedelta(minutes=2)):
        sending.begin(copy)
    after = {
        state.PAUSED: lambda: sending.pause(copy, actor=MARKETER),
        state.CANCELED: lambda: sending.cancel(copy, actor=MARKETER),
        state.SENT: lambda: sending.finish(copy),
    }
    return after.get(state(status), lambda: copy)()


def _templates(world: World) -> None:
    world.ids["template_id"] = [
        templates.create(
            name=world.mark("Welcome"), purpose="operations", document=CONTENT, actor=MARKETER
        ).pk
        for _ in range(2)
    ]


def _segments(world: World) -> None:
    named = {"field": "attribute.color", "operator": "is", "value": world.mark("Rule")}
    rule = {"match": "all", "rules": [named]}
    second = segments.create(name=world.mark("Second"), rule=rule, actor=MARKETER)
    third = segments.create(name=world.mark("Put away"), rule=EVERYBODY, actor=MARKETER)
    segments.archive(third, actor=MARKETER)
    world.ids["segment_id"] += [second.pk, third.pk]


def _contacts(world: World) -> None:
    mark = world.mark
    ada = make_contact(
        given_name=mark("Ada"), family_name=mark("Quennell"), email=f"{mark('ada')}@x.example",
        external_id=mark("EV1"), postal_code=mark("04101"), next_visit="2026-12-02",
    )  # fmt: skip
    evidence = Evidence(source=mark("Form"), wording=mark("Yes"), kept=mark("Cabinet 3"))
    contacts.record_consent(
        ada, purpose="marketing", kind="opt_in", evidence=evidence, actor=OFFICER
    )
    contacts.record_activity(ada, kind="observed", cause="api", detail={"note": mark("Noted")})
    color = contacts.define_attribute(
        label="Color", kind="text", phi_class="none", choices=[], actor=MARKETER
    )
    somebody = actor_for(world.people[Role.ANALYST])
    alerts.raise_alert(Alert.Kind.REVEALS, somebody, count=20)
    alerts.raise_alert(Alert.Kind.SEARCHES, somebody, count=60)
    world.ids["alert_id"] = list(Alert.objects.values_list("pk", flat=True))
    world.ids["export_id"] = [_exported(world) for _ in range(4)]
    world.ids |= {"contact_id": [ada.pk], "attribute_id": [color.pk], "external_id": [mark("EV1")]}
    world.ids |= {"email": [f"{mark('ada')}@x.example"], "row": ["subject"]}
    held = holds.place(
        LegalHold.Subject.CONTACT, subject_id=ada.pk, reason=mark("Letter"), actor=OFFICER
    )
    retention.work()
    world.ids |= {"hold_id": [held.pk], "retention_run_id": [RetentionRun.objects.get().pk]}
    taken = DataReturn.objects.create(status="taken", asked_by="x", asked_by_name="Olive").pk
    world.ids["data_return_id"] = [taken]


def _exported(world: World) -> object:
    """A file that waits for its owner."""
    owner = actor_for(world.people[Role.OWNER])
    wish = exports.Wish("mailing", ["email"], "everybody", None, [])
    export = exports.ask(wish, rows=10, reason="A letter", actor=owner)
    export_work.work_on(export.pk)
    return export.pk


def _imports(world: World) -> None:
    """One waiting for its columns, one ready to be started."""
    uploaded, ready = (_upload(world.mark) for _ in range(2))
    columns = ["external_id", "given_name", "email"]
    ready = imports.match_columns(ready, mapping=columns, order=Order.NOT_SHOWN, actor=MARKETER)
    imports.check(ready, basis=imports.Basis(), actor=MARKETER)
    work_on(ready.pk)
    world.ids["run_id"] = [uploaded.pk, ready.pk]


def _upload(mark: Mark) -> ImportRun:
    intake = Intake(file_name=f"{mark('november')}.csv", actor=MARKETER)
    intake.feed(FILE.format(mark("cell")).encode())
    return intake.finish()


def _compliance(world: World) -> None:
    """Agreements in force and waiting, domains with a sender, spare ones to remove, addresses."""
    waiting = sign()
    domain = SenderDomain.objects.get()
    spare = compliance.add_domain("spare.elm.example", actor=MARKETER)
    second = compliance.add_domain("mail.elmstreet.example", actor=MARKETER)
    senders = [
        compliance.add_sender(second, display_name="Care", local_part=name, actor=MARKETER)
        for name in ("care", "spare", "second", "third")
    ]
    addresses = [f"{world.mark(word)}@gone.example" for word in ("ben", "cyd")]
    for address in addresses:
        compliance.suppress(
            address, reason=SuppressionReason.BOUNCED, source="staff", actor=OFFICER
        )
    saved = [reviews.save_view(name, Filters(), actor=OFFICER).pk for name in ("Night", "Day")]
    world.ids |= {
        "archive_id": [archive.pk for archive in months.archived(OFFICER, (2020, 3))],
        "saved_view_id": saved,
        "agreement_id": [waiting.pk],
        "domain_id": [domain.pk, spare.pk],
        "sender_id": [sender.pk for sender in senders[1:]],
        "suppression_id": list(Suppression.objects.values_list("pk", flat=True)),
    }
