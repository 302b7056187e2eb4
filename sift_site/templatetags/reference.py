"""What the API reference's templates need."""

from django import template

from sift_site.api_docs import code

register = template.Library()
register.filter("coloured", code.coloured)
register.filter("with_code", code.with_code)
