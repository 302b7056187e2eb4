"""A request of somebody who is signed in: who asks, of which agency, and in which role."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_htmx.middleware import HtmxDetails

from foundation.web.client_addresses import client_address
from organisations.actors import Actor
from organisations.models import Organisation, User

P = ParamSpec("P")
Response = TypeVar("Response", bound=HttpResponseBase)


class SignedInRequest(HttpRequest):
    """A request behind LoginRequiredMiddleware: it has a person, and the person an agency."""

    user: User
    organisation: Organisation
    htmx: HtmxDetails
    form_seed: bytes  # where a form was sent that acts once (sending_once.py)


def actor_of(request: SignedInRequest) -> Actor:
    """The signed-in person, and from where: who did what this request does."""
    return Actor.for_person(request.user, client_address(request))


def admin_required(
    view: Callable[Concatenate[SignedInRequest, P], Response],
) -> Callable[Concatenate[SignedInRequest, P], Response]:
    """Only the agency's admins; an agent gets 403."""

    def checked(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> Response:
        if not request.user.is_admin:
            raise PermissionDenied("Only an admin of your agency can open this page.")
        return view(request, *args, **kwargs)

    return update_wrapper(checked, view)
