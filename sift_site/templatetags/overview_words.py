"""How long somebody has waited, for the overview's template."""

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from foundation.templatetags.times import exactly

register = template.Library()


@register.simple_tag
def since(moment: datetime, words: str) -> SafeString:
    """How long it is, as `<time>` with the exact moment in its title; the page keeps it true."""
    return format_html(
        '<time datetime="{}" title="Since {}" data-told="waited">{}</time>',
        moment.isoformat(),
        exactly(moment),
        words,
    )
