"""A frozen workspace's rows stay as they are whatever code asks: each table says what may happen, and holds to it."""

import pytest
from django.db import IntegrityError, connection, transaction

from audit import services as audit
from audit.models import AuditEvent
from campaigns.models import Template
from compliance.models import Ending
from compliance.services import ending
from contacts.models import Contact
from delivery.models import Message
from tenancy import freezing, resealing, services, versions
from tenancy.resealing import Column
from tenancy.scope import tenant_scope
from tests.factories.compliance import OPERATOR, OWNER
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_message
from tests.tenancy.test_catalogue import TENANT_MODELS

KEPT = {
    "campaigns_brand", "campaigns_template", "compliance_sender", "contacts_attribute",
    "integrations_letterdefaults",
}  # fmt: skip
WINDS_DOWN = {
    "accounts_apikey", "accounts_supportgrant", "campaigns_approval", "campaigns_campaign",
    "campaigns_testsend", "compliance_agreement", "compliance_dkimkey",
    "compliance_sendercertificate", "contacts_personcertificate",
    "compliance_senderdomain", "contacts_contact",
    "contacts_importchunk", "contacts_importrun", "delivery_dispatch", "delivery_letter",
    "delivery_letterfile",
    "delivery_singlesend", "segments_segment",
}  # fmt: skip
# The log; the end itself, the files that go back and their mails; holds and what people may still decide; rights
# of patients, and what was being handed over.
GOES_ON = {
    "accounts_accesstoken", "accounts_countersignature", "accounts_emergencyaccess",
    "accounts_entitlement", "accounts_formanswer", "accounts_invitation", "accounts_membership",
    "accounts_passkey",
    "accounts_passkeychallenge", "accounts_recoverycode", "accounts_securitysettings",
    "accounts_session", "accounts_signinfailures", "accounts_totpdevice",
    "accounts_unreachedaddress", "accounts_usedassertion",
    "audit_anchor", "audit_anchoring", "audit_archive", "audit_archivepiece", "audit_auditevent",
    "audit_checkpoint", "audit_disposal", "audit_leaf", "audit_pendingleaf", "audit_signingkey",
    "audit_subtree", "audit_tree", "compliance_alert", "compliance_datareturn",
    "compliance_ending", "compliance_legalhold", "compliance_policy",
    "compliance_retentionrun", "compliance_retentionsettings", "compliance_returnchunk",
    "compliance_review", "compliance_reviewplan", "compliance_savedview",
    "compliance_suppression", "compliance_withdrawncertificate", "contacts_activity", "contacts_consentrecord",
    "contacts_contactexport", "contacts_exportchunk", "contacts_importproblem", "contacts_look",
    "delivery_domainday", "delivery_domainposture", "delivery_escrowchunk",
    "delivery_escrowcode", "delivery_escrowevent", "delivery_escrowfile", "delivery_escrowitem",
    "delivery_escrowvisit", "delivery_followup", "delivery_hostobservation",
    "delivery_inboundmail", "delivery_linktable",
    "delivery_message", "delivery_messageevent", "delivery_mustarrive", "delivery_portalpasskey",
    "delivery_portalpassphrase", "delivery_portaltext", "delivery_reaction", "delivery_recipientdomain",
    "delivery_reply", "delivery_replyfile", "delivery_senttlsreport", "delivery_stspolicy",
    "delivery_serverpin", "delivery_serverset",
    "delivery_tlsreporting",
    "delivery_tlsreport", "delivery_warmup", "delivery_warmupplan",
    "integrations_idempotentrequest", "tenancy_job", "tenancy_systemmail",
}  # fmt: skip
INSERT = "INSERT INTO {0} SELECT * FROM {0} WHERE false"
UPDATE = "UPDATE {0} SET tenant_id = tenant_id WHERE false"


def freeze():
    asked = Ending(asker_kind="user", asked_by=OWNER.id, asked_by_name=OWNER.name, reason="Over")
    ending.decide(asked, decided_by=OPERATOR)


def refused(statement):
    """Whether the database refuses it for the workspace of the scope, for this reason."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except IntegrityError as error:
        return "is frozen with its workspace" in str(error)
    return False


def triggers():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger"
            " WHERE tgname LIKE '%_while_frozen'"
        )
        return set(cursor.fetchall())


def test_every_tenant_table_says_what_may_happen_and_has_its_trigger(clinic):
    modes = freezing.modes()
    assert set(modes) == {model._meta.db_table for model in TENANT_MODELS}
    by_mode = {name: {t for t, mode in modes.items() if mode == name} for name in modes.values()}
    assert by_mode == {"kept": KEPT, "winds_down": WINDS_DOWN, "goes_on": GOES_ON}
    assert triggers() == {(table, "kept_while_frozen", "O") for table in KEPT} | {
        (table, "winds_down_while_frozen", "O") for table in WINDS_DOWN
    }


def test_the_database_refuses_new_rows_and_changes_while_it_is_frozen(clinic, other_clinic):
    inserts, updates = KEPT | WINDS_DOWN, KEPT
    changes = [INSERT.format(table) for table in sorted(inserts)]
    changes += [UPDATE.format(table) for table in sorted(updates)]
    assert [each for each in changes if refused(each)] == []
    freeze()
    assert [each for each in changes if not refused(each)] == []
    with tenant_scope(other_clinic.pk):
        assert [each for each in changes if refused(each)] == []
    ending.undo(reason="We stay", actor=OWNER)
    assert [each for each in changes if refused(each)] == []


def test_nobody_comes_in_and_what_winds_down_may_change(clinic, nurse):
    ada = make_contact(external_id="EV-1")
    freeze()
    with pytest.raises(IntegrityError, match="contacts_contact is frozen"):
        make_contact(external_id="EV-2")
    assert Contact.objects.get().pk == ada.pk
    assert Contact.objects.filter(pk=ada.pk).update(has_opted_out=True) == 1
    audit.record("contact.paused", actor=nurse)
    assert AuditEvent.objects.filter(action="contact.paused").count() == 1


def test_no_message_is_made_but_about_what_lies_in_the_portal(clinic):
    ada = make_contact(external_id="EV-1")
    make_message(ada)
    freeze()
    for cause in set(Message.Cause) - {Message.Cause.NOTICE}:
        with pytest.raises(IntegrityError, match="delivery_message is frozen"):
            make_message(ada, cause=cause)
    assert Message.objects.count() == 1
    make_message(ada, cause=Message.Cause.NOTICE)
    assert Message.objects.filter(status="canceled").count() == 0
    assert Message.objects.count() == 2


def test_its_values_come_under_a_new_key_all_the_same(clinic):
    """A stolen key is replaced in every state of a workspace."""
    made = Template.objects.create(name="Recall", purpose="care_gap", content={"blocks": []})
    freeze()
    with pytest.raises(IntegrityError, match="campaigns_template is frozen"):
        Template.objects.filter(pk=made.pk).update(version=2)
    versions.add_version(clinic.id)
    job = services.start_job(kind=resealing.JOB, started_by="owner", total=resealing.left())
    resealing.work_on(job.pk)
    assert resealing.left() == 0
    assert resealing.counts()[Column("campaigns_template", "name")] == {2: 1}
    made.refresh_from_db()
    assert (made.name, made.version) == ("Recall", 1)
