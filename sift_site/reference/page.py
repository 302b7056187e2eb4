"""GET /api/docs/: the API reference."""

from functools import lru_cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from foundation.web.counters import in_words
from sift_site.reference import feed, polling, transcripts
from sift_site.reference.openapi import document
from sift_site.reference.outline import Outline


@login_not_required  # whoever writes an integration has a key, and seldom a sign-in
@require_safe
def api_reference(request: HttpRequest) -> HttpResponse:
    """The reference, in the shell for who is signed in; its samples call Sift's own URL."""
    url = settings.SIFT_URL
    rates = (
        settings.SIFT_RATE_GROWTH,
        settings.SIFT_RATE_SCALE,
        settings.SIFT_RATE_CAPTURE,
        settings.SIFT_RATE_ANONYMOUS,
    )
    body = _body(url, rates)
    return render(request, "reference/page.html", {"body": body, "url": url})


@lru_cache(maxsize=1)  # settings do not change while it runs
def _body(url: str, rates: tuple[str, ...]) -> SafeString:
    """All that is the same for everybody, written once."""
    outline = Outline(document(), url)
    growth, scale, capture, anonymous = map(in_words, rates)
    return render_to_string(
        "reference/_body.html",
        {
            "url": url,
            "groups": outline.groups(),
            "problems": outline.problems(),
            "feed": feed.recipe(url),
            "polling": polling.recipe(url),
            "transcripts": transcripts.recipe(url),
            "limit_headers": outline.headers("RateLimit-Policy", "RateLimit"),
            "growth": growth,
            "scale": scale,
            "capture": capture,
            "anonymous": anonymous,
        },
    )
