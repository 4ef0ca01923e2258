"""The demo's segments, templates, and campaigns in different states."""

import json
from pathlib import Path

from audit.services import Actor
from campaigns.models import Approval, Campaign, Template
from campaigns.recipes import recipes
from campaigns.services import approvals, drafts, templates
from segments import services as segments
from segments.models import Segment

SEGMENTS = json.loads((Path(__file__).parent / "segments.json").read_text())
TEMPLATES = ("appointment", "billing", "screening")


def write(marketer: Actor, officer: Actor) -> None:
    """Segments, templates, a draft, a question for the officer, and one campaign that goes out."""
    if Segment.objects.exists() or Campaign.objects.exists() or Template.objects.exists():
        return
    for each in SEGMENTS:
        segments.create(name=each["name"], rule=each["rule"], actor=marketer)
    segments.count_all()
    for key in TEMPLATES:
        templates.create_from_recipe(recipes()[key], actor=marketer)
    drafts.create_from_recipe(recipes()["screening"], actor=marketer)
    _submitted("appointment", marketer)
    asked = _submitted("billing", marketer)
    approvals.approve(asked, content_hash=asked.content_hash, actor=officer)


def _submitted(recipe: str, marketer: Actor) -> Approval:
    """A campaign from the recipe, for which nobody pays, and the question about it."""
    campaign = drafts.create_from_recipe(recipes()[recipe], actor=marketer)
    campaign = drafts.change(
        campaign, {"remuneration": "none"}, version=campaign.version, actor=marketer
    )
    return approvals.submit(campaign, version=campaign.version, actor=marketer)
