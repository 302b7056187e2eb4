"""`{% shortcut "c" %}`: the key that presses a control, for those who have keys turned on.

static/js/shortcuts.js looks for it there, and the control's tooltip names it.
"""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def shortcut(context: Any, key: str) -> SafeString:
    """The attributes that say so; none where the person turned keys off in their profile."""
    if not context["request"].user.shortcuts:
        return SafeString("")
    return format_html('aria-keyshortcuts="{0}" title="Key: {0}"', key)
