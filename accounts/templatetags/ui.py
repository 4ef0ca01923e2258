"""The page vocabulary of the design: `{% load ui %}`."""

from collections.abc import Sequence
from datetime import datetime

from django import template
from django.conf import settings
from django.forms import BoundField
from django.forms.boundfield import BoundWidget
from django.template.context import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts import bars, display, navigation, page_scripts
from accounts.theme import SYSTEM, theme_of
from tenancy import clock

register = template.Library()

ROUTES = {
    "tls": ("seal", "Verified TLS"),
    "portal": ("door", "Secure portal"),
    "held": ("held", "Held"),
    "uncertain": ("unsure", "Uncertain"),
    "failed": ("skip", "Failed"),
    "skipped": ("skip", "Skipped"),
}
PHI_CLASSES = {"limited": "Limited PHI", "phi": "PHI", "special": "Special PHI"}


@register.simple_tag
def page_script(name: str) -> SafeString:
    """A script with its hash, after the hashes of all that it imports."""
    needed = [
        (f"{settings.STATIC_URL}{page_scripts.FOLDER}{each}", page_scripts.integrity(each))
        for each in page_scripts.imported_by(name)
    ]
    links = format_html_join("", '<link rel="modulepreload" href="{}" integrity="{}">', needed)
    return format_html(
        '{}<script type="module" src="{}" integrity="{}"></script>',
        links,
        static(f"{page_scripts.FOLDER}{name}"),
        page_scripts.integrity(name),
    )


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An icon beside words: hidden from screen readers. `size="lg"` is 20 px."""
    sprite = static("vendor/icons.svg")
    classes = f"i i-{size}" if size else "i"
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', classes, sprite, name
    )


@register.simple_tag
def mark(name: str = "mark") -> SafeString:
    """The logo."""
    sprite = static("vendor/icons.svg")
    return format_html(
        '<svg class="sp-mark" aria-hidden="true"><use href="{}#{}"/></svg>', sprite, name
    )


@register.filter
def number(count: int | None) -> str:
    return "Not known" if count is None else display.grouped(count)


@register.filter
def percent(share: float | None) -> str:
    return "Not known" if share is None else display.percentage(share)


@register.filter
def moment(at: datetime | None) -> SafeString | str:
    """ "2 minutes ago" within a day, then the date; the exact time is the tooltip."""
    if at is None:
        return "Not known"
    zone = timezone.get_current_timezone()
    words = display.when(at, clock.now(), zone)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', at.isoformat(), display.exact(at, zone), words
    )


@register.filter
def exact(at: datetime | None) -> SafeString | str:
    """A moment to the second, with its zone."""
    if at is None:
        return "Not known"
    words = display.exact(at, timezone.get_current_timezone())
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), words)


@register.filter
def masked(value: str) -> SafeString | str:
    """First letter and dots over the highlighter's dotted line."""
    if not value:
        return "None"
    return format_html(
        '<span class="sp-mask"><span aria-hidden="true">{}</span>'
        '<span class="visually-hidden">{}, masked</span></span>',
        display.mask(value),
        value.strip()[:1],
    )


@register.filter
def masked_number(value: str) -> SafeString:
    """A record number by its end."""
    end = display.number_end(value)
    return format_html(
        '<span class="sp-mask"><span aria-hidden="true">{}</span>'
        '<span class="visually-hidden">{}masked</span></span>',
        display.mask_number(value),
        f"Ends in {end}, " if end else "",
    )


@register.filter
def initials(name: str) -> str:
    return display.initials(name)


@register.simple_tag
def route_pill(route: str) -> SafeString:
    """How a message travels: tls, portal, held, uncertain, failed or skipped."""
    glyph, words = ROUTES[route]
    return format_html(
        '<span class="sp-route" data-route="{}">{}{}</span>', route, icon(glyph), words
    )


@register.simple_tag
def state(tone: str, words: str) -> SafeString:
    """A dot and words; tones: draft, wait, good, live, bad."""
    return format_html('<span class="sp-state" data-tone="{}">{}</span>', tone, words)


@register.simple_tag
def phi(phi_class: str) -> SafeString | str:
    """The highlighter's tag for a class of fields; nothing for fields that are no PHI."""
    if phi_class == "none":
        return ""
    words = PHI_CLASSES[phi_class]
    return format_html(
        '<span class="sp-phi" data-class="{}">{}{}</span>', phi_class, icon("phi"), words
    )


@register.simple_tag
def crumb(words: str, url_name: str = "", *args: object) -> SafeString:
    """One step of the breadcrumb: a link if it has a URL name, else the page itself."""
    if not url_name:
        return format_html('<span aria-current="page">{}</span>', words)
    url = reverse(url_name, args=args)
    return format_html('<a href="{}">{}</a>{}', url, words, icon("chevron-right"))


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    return theme_of(context.get("request"))


@register.simple_tag(takes_context=True)
def theme_attribute(context: Context) -> SafeString | str:
    """`data-bs-theme` for <html>; without it the style sheets follow the system."""
    chosen = theme_of(context.get("request"))
    return "" if chosen == SYSTEM else format_html(' data-bs-theme="{}"', chosen)


@register.inclusion_tag("layouts/_rail_links.html", takes_context=True)
def rail(context: Context, part: str) -> dict[str, object]:
    places = navigation.MAIN if part == "main" else navigation.ADMINISTRATION
    return {"links": navigation.links(places, context.get("request"))}


@register.inclusion_tag("components/split.html")
def split_bar(
    counts: Sequence[tuple[str, int]], total: int, label: str, size: str = ""
) -> dict[str, object]:
    """One bar for forecast, live and report. Kinds in order: tls, portal, held, bad, unsure."""
    return {"parts": bars.parts(counts, total), "label": label, "size": size}


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """A form field's widget with the class that its kind needs."""
    kind = field.widget_type
    if kind in ("select", "selectmultiple", "nullbooleanselect"):
        css_class = "form-select"
    elif kind == "checkbox":
        css_class = "form-check-input"
    else:
        css_class = "form-control"
    own = field.field.widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"{css_class} {own}".strip()})


@register.simple_tag
def choice(option: BoundWidget) -> SafeString:
    """One radio button or checkbox of a group."""
    option.data["attrs"]["class"] = "form-check-input"
    return option.tag()
