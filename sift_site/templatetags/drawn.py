"""Parts of a page that say the same as when they were last asked for, and are not made anew."""

from collections.abc import Hashable
from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=2048)  # some hundred bytes for a bar, some thousand for a chart
def drawn(name: str, it: Hashable) -> SafeString:
    """The template with `it`, which is frozen and holds all that it shows.

    A day that is over is drawn once, and a chart once for all who look before a lead arrives.
    """
    return render_to_string(name, {"it": it})
