"""What a new campaign starts with, so that its author corrects instead of choosing."""

from campaigns.models import Campaign
from campaigns.recipes import Recipe
from compliance.models import Sender
from segments.models import Segment
from tenancy import clock


def sender() -> Sender | None:
    """Who wrote last, else the first sender whose domain is proven, else any."""
    senders = list(Sender.objects.select_related("domain").order_by("created_at"))
    last = Campaign.objects.filter(sender__isnull=False).order_by("-created_at").first()
    used = [one for one in senders if last is not None and one.pk == last.sender_id]
    proven = [one for one in senders if one.domain.may_send(clock.now())]
    return next(iter([*used, *proven, *senders]), None)


def segment_for(recipe: Recipe) -> Segment | None:
    """The audience of the last campaign from this recipe, else one whose name fits it."""
    segments = list(Segment.objects.filter(archived_at=None).order_by("-changed_at"))
    last = Campaign.objects.filter(recipe=recipe.key, segment__isnull=False)
    used = last.order_by("-created_at").values_list("segment", flat=True).first()
    fitting = [one for one in segments if one.pk == used]
    fitting += [one for word in recipe.words for one in segments if word in one.name.lower()]
    return next(iter(fitting), None)
