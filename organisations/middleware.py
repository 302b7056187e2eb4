"""Who asks: sign-in before every page, the person's agency handed to every view."""

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from organisations.models import User


class OrganisationMiddleware:
    """Puts the signed-in person's organisation on the request as `request.organisation`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if isinstance(person := request.user, User):
            request.organisation = person.organisation  # type: ignore[attr-defined]
        return self.get_response(request)


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Every page needs a person, but those marked otherwise; sign-in leads back to the page.

    Django's own sends the browser back to the refused address. That fails twice: HTMX would follow
    the redirect and swap the sign-in page into a corner of the page it has, and an address that
    takes only POST cannot be gone back to. Both go back to the page on which the person was.
    """

    def handle_no_permission(  # type: ignore[override]  # HTMX is redirected by a header of a 200
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseBase:
        htmx = cast("HtmxDetails", request.htmx)  # type: ignore[attr-defined]
        if not htmx and request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        try:
            page = htmx.current_url_abs_path if htmx else self._page_before(request)
        except ValueError:  # the header holds no address
            page = None
        # Whoever was on a page is told why it is gone.
        messages.info(request, "You were signed out, so nothing was changed. Sign in to go on.")
        sign_in = redirect_to_login(page or resolve_url(settings.LOGIN_REDIRECT_URL)).url
        return HttpResponseClientRedirect(sign_in) if htmx else HttpResponseRedirect(sign_in)

    @staticmethod
    def _page_before(request: HttpRequest) -> str | None:
        """The address within this site from which the request was made, if the browser says so."""
        referer = urlsplit(request.headers.get("Referer", ""))
        if referer.netloc != request.get_host() or not referer.path.startswith("/"):
            return None
        return referer._replace(scheme="", netloc="", fragment="").geturl()


class PrivatePagesMiddleware:
    """What a signed-in person sees is kept by no cache, the browser's own included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            response.headers["Cache-Control"] = "private, no-store"
        return response
