"""`{% sift_version %}`: for the foot of a page."""

from django import template

from sift_site.version import VERSION

register = template.Library()


@register.simple_tag
def sift_version() -> str:
    return VERSION
