"""Addresses in people's words as links, for templates (organisations/links.py)."""

from django import template

from organisations.links import linked

register = template.Library()
register.filter("linked", linked)
