"""Words of Settings, Data."""

from django import template

from sift_site.data.forms import in_words

register = template.Library()
register.filter("months", in_words)
