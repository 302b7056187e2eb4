"""A request and an answer of the API, without what Django's own are made of for pages.

Django reads forms, cookies and charsets into each request and holds each response's headers in
objects; the API needs none of it, and on a small answer it was a fifth of the work. A request is
still an HttpRequest, so whatever asks one for its headers, address or scheme can be given it.
"""

from collections.abc import Callable, Mapping
from http.client import responses
from typing import Any

from django.core.handlers.wsgi import get_path_info
from django.http import HttpRequest, HttpResponse

from foundation.web.counters import Usage
from sift_site.api.callers import Caller, KeyRow


class ApiRequest(HttpRequest):
    """A request below /api/, as the gateway and the checks leave it for the view."""

    method: str
    request_id: str
    usage: Usage | None  # of the rate limit; None until a good key was counted
    key_row: KeyRow | None  # of a key that stands, wherever it may be used from
    caller: Caller
    raw_body: bytes  # b"" for methods without one

    def __init__(self, environ: dict[str, Any]) -> None:
        # HttpRequest's own is left out: it makes what is not needed here.
        self.META = environ
        self.method = environ["REQUEST_METHOD"].upper()
        self.path = self.path_info = get_path_info(environ) or "/"
        self.usage = None
        self.key_row = None
        self.raw_body = b""

    def header(self, name: str) -> str:
        """A header by its name in the environment (`HTTP_IF_MATCH`); empty where it is missing.

        HttpRequest.headers would first read all of them.
        """
        value: str = self.META.get(name, "")
        return value

    def _get_scheme(self) -> str:
        scheme: str = self.META["wsgi.url_scheme"]
        return scheme


class Answer:
    """A status, headers and a body."""

    __slots__ = ("content", "headers", "status_code")

    def __init__(
        self,
        content: bytes = b"",
        *,
        status: int = 200,
        content_type: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.content = content
        self.status_code = status
        self.headers = {} if content_type is None else {"Content-Type": content_type}
        if headers:
            self.headers.update(headers)

    def send(self, start_response: Callable[..., object]) -> list[bytes]:
        """Answer a WSGI server."""
        start_response(
            f"{self.status_code} {responses[self.status_code]}", list(self.headers.items())
        )
        return [self.content]

    def as_django(self) -> HttpResponse:
        """The same as Django's handler takes it."""
        response = HttpResponse(self.content, status=self.status_code, headers=self.headers)
        if "Content-Type" not in self.headers:
            del response["Content-Type"]
        # Django would log the path of every refusal, and a path may hold what was typed by mistake.
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response
