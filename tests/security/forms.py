"""What the forms on a page would send, read as a browser reads them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

Fields = dict[str, list[str]]
NOT_SENT = {"submit", "button", "image", "reset", "file"}


@dataclass
class Form:
    """`address` is where it is sent; every named button is one of its fields."""

    address: str
    fields: Fields = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.forms: list[Form] = []
        self.inside: Form | None = None
        self.select = self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = Form(given.get("hx-post") or given.get("action") or self.page)
            self.forms.append(self.inside)
        elif self.inside is not None:
            getattr(self, f"on_{tag}", lambda _given: None)(given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = None
        self.select = "" if tag == "select" else self.select
        self.area = "" if tag == "textarea" else self.area

    def handle_data(self, data: str) -> None:
        if self.area and self.inside is not None:
            self.inside.fields[self.area] = [data.removeprefix("\n")]

    def on_input(self, given: dict[str, str]) -> None:
        kind, name = given.get("type", "text"), given.get("name", "")
        if kind in {"checkbox", "radio"} and "checked" not in given:
            self._fields().setdefault(name, [])
        elif kind not in NOT_SENT:
            self._fields().setdefault(name, []).append(given.get("value", ""))

    def on_button(self, given: dict[str, str]) -> None:
        if "name" in given:
            self._fields().setdefault(given["name"], [given.get("value", "")])

    def on_select(self, given: dict[str, str]) -> None:
        self.select = given.get("name", "")
        self._fields().setdefault(self.select, [])

    def on_option(self, given: dict[str, str]) -> None:
        chosen = self._fields().setdefault(self.select, [])
        if "selected" in given:
            chosen[:] = [given.get("value", "")]
        elif not chosen and given.get("value"):
            chosen.append(given["value"])

    def on_textarea(self, given: dict[str, str]) -> None:
        self.area = given.get("name", "")
        self._fields().setdefault(self.area, [""])

    def _fields(self) -> Fields:
        assert self.inside is not None
        return self.inside.fields


def on(page: str, shown: str) -> list[Form]:
    """The forms of the page at the address `page`, without the tokens that only a form just shown has."""
    reader = _Reader(page)
    reader.feed(shown)
    for form in reader.forms:
        form.fields.pop("csrfmiddlewaretoken", None)
        form.fields.pop("form_once", None)
        form.fields.pop("", None)
    return reader.forms
