"""What people type about themselves and their colleagues."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.validators import RegexValidator
from django.http import QueryDict

from accounts import queries
from accounts.factor_rules import factors_for, passkey_only
from accounts.form_renderer import Described
from accounts.models import Invitation, SecuritySettings, User
from accounts.models.security import LONGEST_HOURS, LONGEST_IDLE, SHORTEST_IDLE
from accounts.password_policy import LONGEST, SHORTEST, SHORTEST_ALONE, matches, problems
from accounts.roles import PURPOSES, Role

PASSWORD_RULE = (
    "At least {} characters. Four unrelated words are easy to remember and hard to guess."  # noqa: S105
)

role_choices = [(role.value, Described(role.label, PURPOSES[role])) for role in Role]


def time_zone_choices() -> list[tuple[str, str]]:
    zones = sorted(zone for zone in available_timezones() if "/" in zone)
    return [("", "As the workspace"), *((zone, zone.replace("_", " ")) for zone in zones)]


class SignInForm(forms.Form):
    email = forms.EmailField(
        label="Work email",
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        strip=False,
        max_length=LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class ForgottenForm(forms.Form):
    email = forms.EmailField(
        label="Work email",
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )


class CodeInput(forms.TextInput):
    """Shown again it is empty: the code that was refused is no use, and the next one is another."""

    def get_context(self, name: str, value: object, attrs: dict[str, Any] | None) -> dict[str, Any]:
        del value
        return super().get_context(name, None, attrs)


class CodeForm(forms.Form):
    code = forms.CharField(
        max_length=6,
        validators=[RegexValidator(r"^\d{6}$", "A code has six digits.")],
        help_text="It continues by itself after the sixth digit.",
        widget=CodeInput(
            attrs={
                "class": "sp-code",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "autofocus": True,
            }
        ),
    )


class PasskeyForm(forms.Form):
    """A name by which the person tells passkeys apart, and what the browser answered."""

    name = forms.CharField(
        label="Name of the device",
        max_length=60,
        help_text="Such as “Work laptop”. Only you see it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    answer = forms.CharField(
        widget=forms.HiddenInput, error_messages={"required": "No passkey was used."}
    )


class RecoveryCodeForm(forms.Form):
    code = forms.CharField(
        label="Recovery code",
        max_length=40,
        help_text="One of the ten that you kept when you set up your second factor.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )


class NewPasswordForm(forms.Form):
    """A password for `user`, whose name and address it must not resemble."""

    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, data: QueryDict | None, *, user: User, words: Sequence[str] = ()) -> None:
        super().__init__(data)
        self.user = user
        self.words = [user.name, user.email, *words]
        self.stands_alone = not queries.is_enrolled(user)
        shortest = SHORTEST_ALONE if self.stands_alone else SHORTEST
        self.fields["password"].help_text = PASSWORD_RULE.format(shortest)

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        words = [*self.words, self.cleaned_data.get("name", "")]
        if found := problems(password, words=words, stands_alone=self.stands_alone):
            raise forms.ValidationError(found)
        return password


class JoinForm(NewPasswordForm):
    name = forms.CharField(
        label="Your name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    field_order = ("name", "password")

    def __init__(self, data: QueryDict | None, *, invitation: Invitation) -> None:
        words = [invitation.tenant.name]
        super().__init__(data, user=User(email=invitation.email), words=words)


class ChangePasswordForm(NewPasswordForm):
    current = forms.CharField(
        label="Your password now",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("current", "password")

    def __init__(self, data: QueryDict | None, *, user: User, words: Sequence[str] = ()) -> None:
        super().__init__(data, user=user, words=words)
        self.fields["password"].label = "New password"

    def clean_current(self) -> str:
        current: str = self.cleaned_data["current"]
        if not matches(current, self.user):
            raise forms.ValidationError("This is not your password.")
        return current


class ProfileForm(forms.Form):
    name = forms.CharField(
        label="Your name",
        max_length=120,
        help_text="Colleagues see it beside what you did.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    time_zone = forms.ChoiceField(
        label="Time zone",
        required=False,
        choices=time_zone_choices,
        help_text="Times on your pages are shown in it.",
    )


class InvitationForm(forms.Form):
    email = forms.EmailField(
        label="Work email", help_text="We mail a link that works once, for 24 hours."
    )
    role = forms.ChoiceField(choices=role_choices, widget=forms.RadioSelect)


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=role_choices, widget=forms.RadioSelect)
    last_day = forms.DateField(
        label="Last day",
        required=False,
        help_text="For somebody who stays for a while. After it the account closes by itself.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )


class WorkspaceForm(forms.Form):
    name = forms.CharField(label="Name of the organization", max_length=120)
    slug = forms.SlugField(
        label="Short name",
        max_length=60,
        help_text="Letters, digits and hyphens. It never changes.",
    )
    owner_email = forms.EmailField(
        label="Email of its owner", help_text="We invite them; they sign the agreement."
    )


class OwnerInvitationForm(forms.Form):
    email = forms.EmailField(
        label="Email of the owner", help_text="We mail a link that works once, for 24 hours."
    )


class SignInRulesForm(forms.Form):
    """Which roles use passkeys only, how long a session lasts, and what ends with somebody's access."""

    COLUMNS = ("idle_minutes", "absolute_hours", "ends_keys_of_leavers")

    idle_minutes = forms.IntegerField(
        label="Sign out when idle for, in minutes",
        min_value=SHORTEST_IDLE,
        max_value=LONGEST_IDLE,
        help_text=f"From {SHORTEST_IDLE} to {LONGEST_IDLE}.",
    )
    absolute_hours = forms.IntegerField(
        label="Ask for a new sign-in after, in hours",
        min_value=1,
        max_value=LONGEST_HOURS,
        help_text=f"However busy somebody is. At most {LONGEST_HOURS}.",
    )
    ends_keys_of_leavers = forms.BooleanField(
        label="The API keys that somebody made end when they leave",
        required=False,
        help_text="They may have kept a copy. Systems with such a key stop at that moment.",
    )
    reason = forms.CharField(
        label="Why",
        required=False,
        max_length=1000,
        help_text="Needed when something gets looser: a second person reads it and decides.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for role in Role:
            label = f"{role.label}s use passkeys only"
            self.fields[role.value] = forms.BooleanField(label=label, required=False)

    @classmethod
    def showing(cls, settings: SecuritySettings) -> "SignInRulesForm":
        switches = dict.fromkeys(passkey_only(settings), True)
        return cls(initial={name: getattr(settings, name) for name in cls.COLUMNS} | switches)

    @property
    def role_fields(self) -> list[forms.BoundField]:
        return [self[role.value] for role in Role]

    def say_who_has_one(self, people: Counter[str], with_passkey: Counter[str]) -> None:
        """The consequence of each switch, in numbers."""
        for role in Role:
            have, all_ = with_passkey[role], people[role]
            words = f"{have} of {all_} have one." if all_ else "Nobody has this role."
            self.fields[role.value].help_text = words

    def decisions(self) -> dict[str, object]:
        """What was chosen, as columns. Of a form that is valid."""
        given = self.cleaned_data
        chosen = [role.value for role in Role if given[role.value]]
        return {name: given[name] for name in self.COLUMNS} | {"factors": factors_for(chosen)}


class FactorResetForm(forms.Form):
    reason = forms.CharField(
        label="Why",
        max_length=1000,
        help_text="How you made sure that it is them. A second person reads it and decides.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class NetworksForm(forms.Form):
    networks = forms.CharField(
        label="Networks that may sign in",
        required=False,
        help_text="One a line, such as 203.0.113.0/24 or 2001:db8::/32. Empty means from everywhere.",
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
    )
    reason = forms.CharField(
        label="Why",
        required=False,
        max_length=1000,
        help_text="Needed when more networks may come in: a second person reads it and decides.",
    )


class KeySwitchForm(forms.Form):
    reason = forms.CharField(max_length=300)
