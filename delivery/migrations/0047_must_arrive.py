"""Messages that must arrive, and how far we went for each."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.ids
import tenancy.models
import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0012_email_fields"),
        ("delivery", "0046_inbound_mail_of_address"),
        ("tenancy", "0009_frozen_rows"),
    ]

    operations = [
        migrations.CreateModel(
            name="MustArrive",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("deadline_at", models.DateTimeField()),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("watched", "On its way"),
                            ("portal", "A portal notice was sent"),
                            ("second", "Sent to the second address"),
                            ("staff", "Staff has to reach the person"),
                            ("arrived", "Arrived"),
                            ("called_off", "Called off"),
                        ],
                        default="watched",
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(default="", max_length=40)),
                ("waits_until", models.DateTimeField()),
                ("look_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RemoveConstraint(
            model_name="escrowitem",
            name="escrow_item_has_a_known_reason",
        ),
        migrations.AlterField(
            model_name="escrowitem",
            name="reason",
            field=models.CharField(
                choices=[
                    ("unsafe_transport", "The way to the mailbox is not safe enough."),
                    ("specially_protected", "It holds specially protected information."),
                    ("prefers_portal", "The person asked for the secure portal."),
                    ("shared_address", "Several people read this mailbox."),
                    ("author_choice", "The sender chose the secure portal."),
                    ("listed_domain", "Mail to this provider goes by the secure portal."),
                    ("downgraded", "The way was safe until lately and is not any more."),
                    ("staff_choice", "Staff moved it there instead of further tries."),
                    ("must_arrive", "It has to arrive, and had not by email."),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="messageevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("decided", "Decided"),
                    ("accepted", "Accepted"),
                    ("unsafe", "Unsafe"),
                    ("deferred", "Deferred"),
                    ("failed", "Failed"),
                    ("uncertain", "Uncertain"),
                    ("escrowed", "Escrowed"),
                    ("canceled", "Canceled"),
                    ("bounced", "Bounced"),
                    ("complained", "Complained"),
                    ("replied", "Replied"),
                    ("unsubscribed", "Unsubscribed"),
                    ("must_arrive", "Had To Arrive"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="escrowitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "reason__in",
                        [
                            "unsafe_transport",
                            "specially_protected",
                            "prefers_portal",
                            "shared_address",
                            "author_choice",
                            "staff_choice",
                            "must_arrive",
                            "listed_domain",
                            "downgraded",
                        ],
                    )
                ),
                name="escrow_item_has_a_known_reason",
            ),
        ),
        migrations.AddField(
            model_name="mustarrive",
            name="contact",
            field=tenancy.models.TenantForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="contacts.contact",
            ),
        ),
        migrations.AddField(
            model_name="mustarrive",
            name="message",
            field=tenancy.models.TenantForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="delivery.message",
            ),
        ),
        migrations.AddField(
            model_name="mustarrive",
            name="tenant",
            field=models.ForeignKey(
                db_index=False,
                default=tenancy.scope.current_tenant_id,
                editable=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tenancy.tenant",
            ),
        ),
        migrations.AddIndex(
            model_name="mustarrive",
            index=models.Index(
                condition=models.Q(("look_at__isnull", False)),
                fields=["look_at"],
                name="must_arrive_to_look_at",
            ),
        ),
        migrations.AddIndex(
            model_name="mustarrive",
            index=models.Index(fields=["tenant", "contact"], name="must_arrive_of_contact"),
        ),
        migrations.AddConstraint(
            model_name="mustarrive",
            constraint=models.UniqueConstraint(
                fields=("tenant", "message"), name="must_arrive_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="mustarrive",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("look_at__isnull", False), ("stage__in", ["watched", "portal", "second"])
                    ),
                    models.Q(
                        ("look_at__isnull", True), ("stage__in", ["staff", "arrived", "called_off"])
                    ),
                    _connector="OR",
                ),
                name="must_arrive_is_looked_at_until_it_is_over",
            ),
        ),
        migrations.AddConstraint(
            model_name="mustarrive",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("stage", "watched"), models.Q(("reason", ""), _negated=True), _connector="OR"
                ),
                name="must_arrive_goes_on_for_a_reason",
            ),
        ),
    ]
