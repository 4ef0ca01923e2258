"""Every `{{ form }}` in the design's own markup: set as FORM_RENDERER."""

from dataclasses import dataclass

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"


@dataclass(frozen=True)
class Described:
    """The label of a choice that says what it means: `(value, Described("Owner", "Signs ..."))`."""

    title: str
    meaning: str

    def __str__(self) -> str:
        return self.title
