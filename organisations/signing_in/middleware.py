"""Who asks: sign-in before every page, the person's agency handed to every view."""

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from foundation.days import zone_of
from foundation.web.pages import page_before
from organisations.models import User

# Why HTMX's request was not even looked at; what was typed for it is unsent (static/js/drafts.js).
REFUSAL = "Sift-Refusal"


class OrganisationMiddleware:
    """Puts the signed-in person's organisation on the request as `request.organisation`, and their
    time zone in force for the times that pages show."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if isinstance(person := request.user, User):
            request.organisation = person.organisation  # type: ignore[attr-defined]
            with timezone.override(zone_of(person.time_zone)):
                return self.get_response(request)
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
        # Whoever was on a page is told why it is gone.
        messages.info(request, "You were signed out, so nothing was changed. Sign in to go on.")
        page = page_before(request) or resolve_url(settings.LOGIN_REDIRECT_URL)
        sign_in = redirect_to_login(page).url
        if not htmx:
            return HttpResponseRedirect(sign_in)
        answer = HttpResponseClientRedirect(sign_in)
        answer.headers[REFUSAL] = "signed-out"
        return answer


class SamePersonMiddleware:
    """A page asks, by HTMX, as the person for whom it was made, or not at all.

    Somebody else may have signed in in the same browser since. The tokens of the page's forms are
    stale then, but a form that it fetches now would come with a fresh one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        made_for = request.headers.get("Sift-Person")
        if made_for is None or request.user.is_anonymous or made_for == str(request.user.pk):
            return None
        return HttpResponse(status=403, headers={REFUSAL: "other-person"})


class PrivatePagesMiddleware:
    """What a signed-in person sees is kept by no cache, the browser's own included; once they are
    signed out, the browser is told to drop what it has nonetheless.

    Not its cookies: the session's is taken away as it is, and that by which the device is known
    again must stay (devices.py).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        was_signed_in = request.user.is_authenticated
        response = self.get_response(request)
        if request.user.is_authenticated:
            response.headers["Cache-Control"] = "private, no-store"
        elif was_signed_in and request.is_secure():  # over plain HTTP browsers do not heed it
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response
