"""By which name a request is counted: the pattern of its path."""

from django.conf import settings
from django.http import HttpRequest

NO_ROUTE = "no route"  # nothing answers to that path, or it was refused before it was looked at
_STATIC = "/static/*"


def route_of(request: HttpRequest) -> str:
    """`/leads/<uuid:lead_id>/`, once the page was found."""
    match = request.resolver_match
    if match is not None:
        return f"/{match.route}"
    return _STATIC if request.path_info.startswith(settings.STATIC_URL) else NO_ROUTE
