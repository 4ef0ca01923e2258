"""Templates and the brand: what campaigns are started from."""

from collections.abc import Mapping

from django.db import transaction

from audit import services as audit
from audit.services import Actor
from campaigns.content.model import read_content
from campaigns.errors import CampaignNotNamed, ContentChanged
from campaigns.models import Brand, Template
from campaigns.queries import writing
from campaigns.recipes import Recipe
from tenancy import clock

LONGEST_NAME = 120


@transaction.atomic
def create(*, name: str, purpose: str, document: Mapping[str, object], actor: Actor) -> Template:
    """A new template. Raises CampaignNotNamed and ContentRefused for content of another shape."""
    content = read_content(document).as_json()
    template = Template.objects.create(name=checked_name(name), purpose=purpose, content=content)
    audit.record("template.created", actor=actor, on=template)
    return template


def create_from_recipe(recipe: Recipe, *, actor: Actor) -> Template:
    document = recipe.document(writing.schema(), writing.websites())
    return create(name=recipe.name, purpose=recipe.purpose, document=document, actor=actor)


@transaction.atomic
def rename(template: Template, *, name: str, purpose: str, actor: Actor) -> Template:
    template = Template.objects.select_for_update().get(pk=template.pk)
    template.name, template.purpose = checked_name(name), purpose
    template.changed_at = clock.now()
    template.save(update_fields=["name", "purpose", "changed_at"])
    audit.record("template.changed", actor=actor, on=template, fields=["name", "purpose"])
    return template


@transaction.atomic
def save_content(
    template: Template, document: Mapping[str, object], *, version: int, actor: Actor
) -> Template:
    """Store content over the version that its author had before them.

    Raises ContentChanged if that is no longer the current one.
    """
    content = read_content(document).as_json()
    template = Template.objects.select_for_update().get(pk=template.pk)
    if template.version != version:
        raise ContentChanged(CHANGED)
    if template.content == content:
        return template
    template.content = content
    template.version += 1
    template.changed_at = clock.now()
    template.save(update_fields=["content", "version", "changed_at"])
    audit.record("template.changed", actor=actor, on=template, version=template.version)
    return template


CHANGED = (
    "Somebody else saved this while you were editing. Yours is kept on this page: open the saved"
    " version in another window, compare, and save again."
)


@transaction.atomic
def archive(template: Template, *, actor: Actor) -> Template:
    """Take the template out of lists and choices; campaigns made from it keep their content."""
    template = Template.objects.select_for_update().get(pk=template.pk)
    template.archived_at = clock.now()
    template.save(update_fields=["archived_at"])
    audit.record("template.archived", actor=actor, on=template)
    return template


@transaction.atomic
def restore(template: Template, *, actor: Actor) -> Template:
    """Undo `archive`."""
    template = Template.objects.select_for_update().get(pk=template.pk)
    template.archived_at = None
    template.save(update_fields=["archived_at"])
    audit.record("template.restored", actor=actor, on=template)
    return template


@transaction.atomic
def set_brand(*, postal_address: str, websites: list[str], actor: Actor) -> Brand:
    """What every message says about its sender from now on."""
    brand, _ = Brand.objects.select_for_update().get_or_create()
    brand.postal_address = " ".join(postal_address.split())
    brand.websites = list(dict.fromkeys(websites))
    brand.changed_at = clock.now()
    brand.save(update_fields=["postal_address", "websites", "changed_at"])
    audit.record("brand.changed", actor=actor, on=brand, websites=len(brand.websites))
    return brand


def checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise CampaignNotNamed("Give it a name.")
    if len(name) > LONGEST_NAME:
        raise CampaignNotNamed(f"Shorten the name to {LONGEST_NAME} characters.")
    return name
