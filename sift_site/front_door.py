"""The front door: what happens to a request before anything else does."""

from collections.abc import Callable
from time import perf_counter

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

from foundation import log_context, metrics
from foundation.database.lost_database import drop_dead_connection
from sift_site.api import gateway
from sift_site.api.http import ApiRequest
from sift_site.serving import error_pages, health, page_bodies, proxies, request_ids
from sift_site.watching import answering, routes


class FrontDoorMiddleware:
    """Outermost: probes and metrics, whose word about the client is believed, the API's own chain,
    and what is refused before anybody is asked who sends it.

    Django's MIDDLEWARE is one list for every path. The API needs no session, CSRF token, message or
    HTMX header, so its requests turn off here and never reach the rest of the list.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = perf_counter()
        proxies.believe(request)
        if (probe := health.PROBES.get(request.path_info)) is not None:
            return probe(request)
        if request.path_info == answering.PATH:
            return answering.answer(request)
        if gateway.is_below_api(request.path_info):
            return gateway.answer(ApiRequest(request.META)).as_django()
        known_as = request_ids.request_id(request.META.get("HTTP_X_REQUEST_ID", ""))
        with log_context.request(known_as):
            response = self._page(request)
        response.headers[request_ids.HEADER] = known_as
        route = routes.route_of(request)
        metrics.note_request(route, request.method, response.status_code, perf_counter() - began)
        return response

    def _page(self, request: HttpRequest) -> HttpResponse:
        try:
            request.get_host()
        except DisallowedHost as fault:
            return error_pages.foreign_host(request, fault)
        if page_bodies.is_too_large(request):
            return error_pages.too_large(request)
        if not page_bodies.is_whole(request):
            return error_pages.broken_off(request)
        drop_dead_connection()
        return self.get_response(request)
