"""What the API reference's templates need."""

from django import template

from sift_site.reference import code

register = template.Library()
register.filter("coloured", code.coloured)
register.filter("with_code", code.with_code)
