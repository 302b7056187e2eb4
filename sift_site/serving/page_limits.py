"""How many pages one person may open: far more than anybody does, fewer than a loop would."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from foundation.web.counters import count, in_words
from foundation.web.pages import TooManyRequests


class PageLimitMiddleware:
    """429 for a signed-in person's requests beyond SIFT_RATE_PAGES, on all devices together."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            rate = settings.SIFT_RATE_PAGES
            usage = count(request, "pages.person", request.user.pk.hex, rate)
            if usage.is_over:
                why = f"Sift answers at most {in_words(rate, 'request')} of one person."
                raise TooManyRequests(usage.seconds_left, why)
        return self.get_response(request)
