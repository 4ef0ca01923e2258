"""What people choose on Settings → Policy."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import DomainNameValidator
from django.db.models import IntegerChoices

from compliance.facts import Fallback
from compliance.models import Policy

IS_DOMAIN = DomainNameValidator(accept_idna=False)
DOMAINS_AT_MOST = 200


class DomainListField(forms.CharField):
    """Mail domains, one a line; the value is a sorted list."""

    def prepare_value(self, value: object) -> object:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: str) -> list[str]:
        domains = sorted(set(super().clean(value).lower().replace(",", " ").split()))
        for domain in domains:
            try:
                IS_DOMAIN(domain)
            except ValidationError:
                raise ValidationError(f"This is no domain: {domain[:60]}") from None
        if len(domains) > DOMAINS_AT_MOST:
            raise ValidationError(f"List at most {DOMAINS_AT_MOST} domains.")
        return domains


def switch(label: str, help_text: str) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, help_text=help_text)


def one_of(
    label: str, numbers: type[IntegerChoices], help_text: str = ""
) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        coerce=int,
        choices=numbers.choices,
        widget=forms.RadioSelect,
        help_text=help_text,
    )


class PolicyForm(forms.Form):
    """Every switch says in its help text what it does to people."""

    approval_mode = forms.ChoiceField(
        label="Approval", choices=Policy.ApprovalMode.choices, widget=forms.RadioSelect
    )
    tls_floor_limited = one_of(
        "Mail that tells only that there is care, like a reminder, needs at least",
        Policy.TlsFloor,
    )
    tls_floor = one_of(
        "Mail with health details needs at least",
        Policy.TlsFloor,
        "Never less than mail without them. Specially protected mail always goes by the portal.",
    )
    fallback_care = forms.ChoiceField(
        label="If that cannot be had, mail about care and bills",
        choices=[choice for choice in Fallback.choices if choice[0] != Fallback.DROP],
        widget=forms.RadioSelect,
    )
    fallback_promotion = forms.ChoiceField(
        label="If that cannot be had, marketing and fundraising",
        choices=Fallback.choices,
        widget=forms.RadioSelect,
        help_text="Not sent means: these people do not get it, and the report says so.",
    )
    hold_hours = forms.IntegerField(
        label="Trouble that may pass is waited out for (hours)",
        min_value=1,
        max_value=72,
        help_text="Also a domain that was safe until lately: then somebody may interfere, and staff is told.",
    )
    portal_domains = DomainListField(
        label="Providers whose mail always goes to the portal",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text="One domain a line, like example.com. Only large providers: the list is kept in the audit log.",
    )
    honors_unprotected = switch(
        "Honor requests for email without full protection",
        "Of people who were warned and still asked for it (45 CFR 164.522(b)). Never for marketing "
        "or specially protected mail. Off means: such requests stay on file and do not count.",
    )
    must_arrive_hours = forms.IntegerField(
        label="Authors are offered a deadline of (hours)",
        min_value=1,
        max_value=2160,
        help_text="After sending. They may choose another for each campaign.",
    )
    must_arrive_portal = switch(
        "First a notice of it in the secure portal",
        "To the same mailbox, unless mail does not reach it.",
    )
    must_arrive_second = switch(
        "Then to the person's second address",
        "A contact field of the type Email address. Consent, policy and protection are asked anew.",
    )
    must_arrive_step_hours = forms.IntegerField(
        label="Each of these may take (hours)",
        min_value=1,
        max_value=168,
        help_text="After the last, the message waits for staff among the undelivered.",
    )
    portal_from = one_of(
        "Always by the secure portal",
        Policy.PortalFrom,
        "The person gets a notice without PHI and opens the message on a page of yours.",
    )
    portal_expiry_days = forms.IntegerField(
        label="Portal messages stay for (days)",
        min_value=1,
        max_value=365,
        help_text="After that the message is deleted and its link says so.",
    )
    portal_fact = forms.ChoiceField(
        label="Asked in the portal, beside the code",
        choices=Policy.PortalFact.choices,
        widget=forms.RadioSelect,
        help_text="Both are asked where the way to the mailbox is not safe.",
    )
    portal_must_agree = switch(
        "What needs most never opens with facts",
        "Specially protected mail, and mail to unsafe mailboxes: only an agreed passphrase, a code by "
        "phone or a passkey opens it. Others must call you.",
    )
    portal_phone = forms.ChoiceField(
        label="Codes by text message",
        choices=Policy.PortalPhone.choices,
        widget=forms.RadioSelect,
        help_text="Instead of mailed codes and facts, where the way to the mailbox is not safe or a "
        "message is specially protected. People whose number takes no texts are asked for facts.",
    )
    portal_may_reissue = switch(
        "Staff may send a new link to a portal message",
        "Then we keep its key under yours. Without it a lost link means sending again.",
    )
    portal_may_reply = switch(
        "People may reply in the portal",
        "What they write is sealed, and waits for you among the replies.",
    )
    portal_may_print = switch(
        "People may print what they read in the portal",
        "With their mailbox and the time on the paper. A screen can be photographed too.",
    )
    portal_may_save = switch(
        "People may save files from the portal",
        "Otherwise no file is handed out, and the page says to ask you for it.",
    )
    counting_up_to = one_of(
        "Openings and clicks may be counted in",
        Policy.CountingUpTo,
        "Only where a campaign asks for it, and never for people who said no. What somebody "
        "opens tells about them too, and is kept as carefully as the mail itself.",
    )
    may_operate_without_opt_in = switch(
        "Send about our own services without an opt-in",
        "To patients only, and only if nobody pays for the message. People may refuse.",
    )
    frequency_cap = forms.IntegerField(
        label="At most this many messages to one person",
        min_value=1,
        max_value=1000,
        required=False,
        help_text="Of mail that can wait; care and billing do not count. Empty means no limit.",
    )
    frequency_window_days = forms.IntegerField(label="Within (days)", min_value=1, max_value=90)
    quiet_from = forms.TimeField(
        label="Quiet hours from",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
        help_text="Mail that can wait leaves afterwards. Care and billing always leave.",
    )
    quiet_until = forms.TimeField(
        label="Quiet hours until", required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )

    reason = forms.CharField(
        label="Why",
        required=False,
        max_length=1000,
        help_text="Needed for a change that protects less: a second person reads it and decides. Name no patient.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def decisions(self) -> dict[str, object]:
        """What was chosen, without the reason. Of a form that is valid."""
        return {name: value for name, value in self.cleaned_data.items() if name != "reason"}

    def clean(self) -> dict[str, object]:
        cleaned: dict[str, object] = super().clean() or self.cleaned_data
        if (cleaned.get("quiet_from") is None) != (cleaned.get("quiet_until") is None):
            self.add_error("quiet_until", "Give both ends of the quiet hours, or neither.")
        return cleaned
