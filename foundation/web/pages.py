"""What every page needs: the choice between page and fragment, and answers that say so."""

import math
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_vary_headers
from django_htmx.http import push_url, replace_url, trigger_client_event
from django_htmx.middleware import HtmxDetails

from foundation.plurals import so_many


def wants_fragment(request: HttpRequest) -> bool:
    """Whether HTMX asks for a swap: not when it restores history or follows a boosted link."""
    htmx = cast("HtmxDetails", request.htmx)  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.history_restore_request and not htmx.boosted


def page_before(request: HttpRequest) -> str | None:
    """The address within this site of the page on which the request was made, if the browser says.

    It is a path with its query, never another site's, whatever the headers hold.
    """
    try:
        htmx = cast("HtmxDetails", request.htmx)  # type: ignore[attr-defined]
        if htmx:
            return htmx.current_url_abs_path
        referer = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # the header holds no address
        return None
    if referer.netloc != request.get_host() or not referer.path.startswith("/"):
        return None
    return referer._replace(scheme="", netloc="", fragment="").geturl()


def render_page(
    request: HttpRequest,
    page: str,
    fragment: str,
    context: Mapping[str, Any],
    status: int = 200,
) -> HttpResponse:
    """The fragment when HTMX asks for a swap, else the whole page; varies by that."""
    template = fragment if wants_fragment(request) else page
    response = render(request, template, dict(context), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


class SeeOther(HttpResponseRedirect):
    """303: what was posted is done, and its result is read with GET at another address."""

    status_code = 303

    def __init__(self, view: str, *args: Any) -> None:
        super().__init__(resolve_url(view, *args))


def announce(response: HttpResponse, words: str) -> HttpResponse:
    """Have the page say `words` in its live region once it has taken in the fragment."""
    return trigger_client_event(response, "sift:announce", {"words": words})


class TooManyRequests(PermissionDenied):
    """Asked for too often: answered with 429. `seconds` is how long to wait, at least 1; `why` a
    sentence on what was too much, where that is not plain."""

    def __init__(self, seconds: int, why: str = "") -> None:
        super().__init__(f"Wait {seconds} s.")
        self.seconds = max(1, seconds)
        self.why = why

    @property
    def words(self) -> str:
        """How long to wait, as one says it."""
        if self.seconds <= 90:
            return f"Wait {so_many(self.seconds, 'second')}, then try again."
        return f"Wait {so_many(math.ceil(self.seconds / 60), 'minute')}, then try again."


def url_of(request: HttpRequest, query: QueryDict) -> str:
    """This page's path with another query."""
    return f"{request.path}?{query.urlencode()}" if query else request.path


def push_url_of(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Have the browser show as its address what `request.GET` now is, and keep the one before.

    While a search is being typed the new address takes the place of the one before, so that Back
    leaves the search at once and not letter by letter.
    """
    before, now = _query_before(request), request.GET.copy()
    typed_on = bool(before.pop("q", None)) and bool(now.pop("q", None)) and before == now
    show = replace_url if typed_on else push_url
    return show(response, url_of(request, request.GET))


def _query_before(request: HttpRequest) -> QueryDict:
    """The query of the address that the browser shows; an empty one where it says none."""
    htmx = cast("HtmxDetails", request.htmx)  # type: ignore[attr-defined]
    try:
        query = urlsplit(htmx.current_url or "").query
    except ValueError:  # the header holds no address
        query = ""
    return QueryDict(query, mutable=True)
