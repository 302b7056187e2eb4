"""`{% form_id %}`: the hidden field by which a form that is sent twice is known."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from foundation.web.form_ids import FIELD, new_form_id

register = template.Library()


@register.simple_tag
def form_id() -> SafeString:
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, new_form_id())
