"""What content is written and compiled with: fields, letterhead, the compiled form."""

from collections.abc import Iterator

from django.conf import settings

from campaigns.compilation import Compiled, compile_content
from campaigns.content.letterhead import Letterhead
from campaigns.content.model import Content, each_block, read_content
from campaigns.merge.fields import Schema, build_schema
from campaigns.models import Brand, Campaign, TestSend
from campaigns.rendering import merge_fields
from compliance import dlp
from compliance.models import SenderDomain
from contacts.models import Attribute
from tenancy.models import Tenant
from tenancy.scope import current_tenant_id


def schema() -> Schema:
    """Every field that a template of this tenant may use."""
    attributes = Attribute.objects.order_by("label")
    return build_schema(merge_fields([attribute.as_field() for attribute in attributes]))


def brand() -> Brand:
    """What the tenant said about itself, or nothing yet."""
    return Brand.objects.first() or Brand()


def websites() -> list[str]:
    """The tenant's own websites, the one it named first leading."""
    return list(brand().websites)


def own_hosts() -> frozenset[str]:
    """The tenant's websites: those it named and its sender domains."""
    domains = SenderDomain.objects.values_list("domain", flat=True)
    return frozenset([*websites(), *domains])


def letterhead(*, counts_clicks: bool, counts_opens: bool) -> Letterhead:
    tenant = Tenant.objects.get(pk=current_tenant_id())
    return Letterhead(
        organization=tenant.name,
        postal_address=brand().postal_address,
        image_hosts=own_hosts(),
        links_origin=settings.ORIGINS["links"] if counts_clicks else None,
        counts_opens=counts_opens,
    )


def compiled(campaign: Campaign) -> Compiled:
    """The campaign as it goes out. Raises ContentRefused."""
    return compile_content(
        read_content(campaign.content),
        schema(),
        letterhead(counts_clicks=campaign.counts_clicks, counts_opens=campaign.counts_opens),
    )


def compiled_uncounted(campaign: Campaign) -> Compiled:
    """The same for people of whom nothing may be noted: links lead where they say, and no dot."""
    plain = letterhead(counts_clicks=False, counts_opens=False)
    return compile_content(read_content(campaign.content), schema(), plain)


def compiled_test(test: TestSend) -> Compiled:
    """The content as it was when the test was asked for. Raises ContentRefused."""
    return compile_content(
        read_content(test.content), schema(), letterhead(counts_clicks=False, counts_opens=False)
    )


def compiled_for_preview(document: dict[str, object]) -> Compiled:
    """Content as it would go out, with links that lead where they say. Raises ContentRefused."""
    return compile_content(
        read_content(document), schema(), letterhead(counts_clicks=False, counts_opens=False)
    )


def fixed_text(content: Content) -> dlp.Scan:
    """What the words that everybody reads tell of health, by place."""
    return dlp.scan_fixed(_places(content))


def _places(content: Content) -> Iterator[tuple[dlp.Place, str]]:
    yield dlp.Place.SUBJECT, content.subject
    yield dlp.Place.PREHEADER, content.preheader
    yield dlp.Place.BODY, content.mjml or ""
    for block in each_block(content.blocks):
        for key in ("text", "label", "title", "when", "where", "note"):
            yield dlp.Place.BODY, str(block.get(key, ""))
        yield dlp.Place.ALT_TEXT, block.get("alt", "")
        yield dlp.Place.LINK, block.get("link", "")
