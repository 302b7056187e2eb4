"""Which agency asks: read with the session's person, handed to every view."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from organisations.models import User


class OrganisationMiddleware:
    """Puts the signed-in person's organisation on the request as `request.organisation`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if isinstance(person := request.user, User):
            request.organisation = person.organisation  # type: ignore[attr-defined]
        return self.get_response(request)
