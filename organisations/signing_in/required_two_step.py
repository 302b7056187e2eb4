"""Two-step sign-in where the agency requires it: told of during the grace, set up before anything
else once that has ended.

The API is not asked: keys have no second step. Pages that are open to all hold nothing of the
agency's, and go on.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from foundation.web.pages import SeeOther
from organisations.models import User
from organisations.signing_in import two_step
from organisations.signing_in.middleware import REFUSAL

SET_UP = "organisations:two_step"

View = Callable[..., HttpResponseBase]


def needed_to_set_up(view: View) -> View:
    """Marks a view that people may use while nothing else is open to them."""
    view.two_step_required = False  # type: ignore[attr-defined]  # as login_not_required does it
    return view


def end_of_grace(person: User) -> datetime | None:
    """Until when the person may put off setting it up; None if they need not, or have, or must."""
    required_from = person.organisation.two_step_from(person.role)
    if required_from is None or required_from <= timezone.now() or two_step.is_on(person):
        return None
    return required_from


def must_set_up(person: User) -> bool:
    """Whether the person may do nothing before they have set it up."""
    required_from = person.organisation.two_step_from(person.role)
    is_due = required_from is not None and required_from <= timezone.now()
    return is_due and not two_step.is_on(person)


class TwoStepRequiredMiddleware:
    """Leads whoever has to set it up by now to where that is done, whatever they asked for.

    Asked anew with each request, for it may be turned off, and a person's role may change. Where
    the agency requires it of nobody, that costs no statement.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if isinstance(person := request.user, User):
            # For base.html, which calls it; a fragment does not.
            request.two_step_due = partial(end_of_grace, person)  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        person = request.user
        if isinstance(person, User) and not _is_open(view) and must_set_up(person):
            return _led_to_set_up(request)
        return None


def _is_open(view: Callable[..., Any]) -> bool:
    """Whether it is open to all, or to those who have yet to set it up."""
    return not (getattr(view, "login_required", True) and getattr(view, "two_step_required", True))


def _led_to_set_up(request: HttpRequest) -> HttpResponse:
    htmx = cast("HtmxDetails", request.htmx)  # type: ignore[attr-defined]
    if htmx:
        answer = HttpResponseClientRedirect(resolve_url(SET_UP))
        answer.headers[REFUSAL] = "two-step"
        return answer
    return redirect(SET_UP) if request.method in ("GET", "HEAD") else SeeOther(SET_UP)
