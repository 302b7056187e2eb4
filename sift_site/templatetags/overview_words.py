"""How long somebody has waited, for the overview's template."""

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from foundation.templatetags.times import exactly

register = template.Library()


@register.simple_tag
def since(moment: datetime, words: str) -> SafeString:
    """The words, as `<time>` with the exact moment from which they count in its title."""
    return format_html(
        '<time datetime="{}" title="Since {}">{}</time>', moment.isoformat(), exactly(moment), words
    )
