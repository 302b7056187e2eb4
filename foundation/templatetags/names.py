"""Names in letters, for their templates (foundation/mail/names.py)."""

from django import template

from foundation.mail.names import quoted

register = template.Library()
register.filter("quoted", quoted)
