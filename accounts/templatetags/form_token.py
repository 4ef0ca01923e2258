"""`{% csrf_token %}` of every form of staff, with a value that tells this form from every other."""

from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.form_once import FIELD
from accounts.http import is_signed_in
from tenancy.ids import uuid7

register = template.Library()


class FormTokenNode(CsrfTokenNode):
    def render(self, context: Context) -> SafeString:
        forgery = super().render(context)
        request = context.get("request")
        if not forgery or request is None or not is_signed_in(request):
            return SafeString(forgery)
        value = format_html('<input type="hidden" name="{}" value="{}">', FIELD, uuid7())
        return SafeString(forgery + value)


@register.tag
def csrf_token(_parser: Parser, _token: Token) -> FormTokenNode:
    """In place of Django's own, so that no template can forget it."""
    return FormTokenNode()
