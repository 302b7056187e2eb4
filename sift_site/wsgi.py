"""The WSGI application that gunicorn serves: `gunicorn sift_site.wsgi`."""

import os
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sift_site.settings")


class Utf8Request(WSGIRequest):
    """A request whose Content-Type does not decide how its query is read.

    Django decodes query and form in the charset that Content-Type names, and does so while it makes
    the request, before any middleware: `charset=base64`, or a thousand parameters, would end in the
    server's own error page. Sift speaks UTF-8 alone. A header that cannot be read at all, such as
    one with a parameter in a charset that nobody knows (RFC 2231), is none.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            self.content_type, self.content_params = parse_header_parameters(
                meta.get("CONTENT_TYPE", "")
            )
        except (ValueError, LookupError):
            self.content_type, self.content_params = "", {}


class Handler(WSGIHandler):
    request_class = Utf8Request


django.setup(set_prefix=False)
application = Handler()
