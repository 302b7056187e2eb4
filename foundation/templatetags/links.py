"""Addresses in people's words as links, for templates (foundation/links.py)."""

from django import template

from foundation.links import linked

register = template.Library()
register.filter("linked", linked)
