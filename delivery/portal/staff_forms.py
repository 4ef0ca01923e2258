from django import forms

from delivery.escrow.passphrases import LONGEST, SHORTEST


class PassphraseForm(forms.Form):
    passphrase = forms.CharField(
        label="Passphrase",
        max_length=2 * LONGEST,
        help_text=f"{SHORTEST} letters or numbers at least. Capitals and spaces do not count. Take this "
        "one, or one that the person chooses.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
