"""GET /api/docs/: the API reference."""

import re
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from conversations.models import Conversation
from foundation.web.counters import in_words
from sift_site.reference import feed, polling, receiving, transcripts
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
    own = _own_ids(request)
    body = _body(url, rates)
    for name, said in (own or _examples()).items():
        body = SafeString(body.replace(_MARKS[name], said))
    context = {"body": body, "url": url, "own": bool(own)}
    return render(request, "reference/page.html", context)


def _own_ids(request: HttpRequest) -> dict[str, str] | None:
    """The newest conversation of an admin's agency and its lead; None for others, and without one.

    Who makes keys may read whatever a sample reads.
    """
    if not (request.user.is_authenticated and request.user.is_admin):
        return None
    talks = Conversation.objects.for_organisation(request.user.organisation)
    newest = talks.order_by("-created_at", "-id").values_list("id", "lead_id").first()
    return dict(zip(_MARKS, map(str, reversed(newest)), strict=True)) if newest else None


def _examples() -> dict[str, str]:
    """The ids that the document itself shows."""
    shown = {
        parameter["name"]: parameter["example"]
        for path in document()["paths"].values()
        for parameter in path["parameters"]
        if parameter.get("name") in _MARKS
    }
    return {name: str(shown[name]) for name in _MARKS}


@lru_cache(maxsize=1)  # settings do not change while it runs
def _body(url: str, rates: tuple[str, ...]) -> SafeString:
    """All that is the same for everybody, written once, with marks for ids in the samples."""
    outline = Outline(document(), url, _MARKS)
    growth, scale, capture, anonymous = map(in_words, rates)
    written = render_to_string(
        "reference/_body.html",
        {
            "url": url,
            "groups": outline.groups(),
            "problems": outline.problems(),
            "feed": feed.recipe(url),
            "receiving": receiving.recipe(),
            "polling": polling.recipe(url),
            "transcripts": transcripts.recipe(url),
            "limit_headers": outline.headers("RateLimit-Policy", "RateLimit"),
            "growth": growth,
            "scale": scale,
            "capture": capture,
            "anonymous": anonymous,
        },
    )
    return SafeString(_LAYOUT.sub(lambda found: found[1] or "\n", written))


# Between tags a line's end is as good as its indentation, a tenth of what the page weighed.
_LAYOUT = re.compile(r"(<pre.*?</pre>)|\s*\n\s*", re.S)

# What stands in the body for an id of the samples, by its parameter: no words of any other text.
_MARKS = {"lead_id": "id-of-a-lead-here", "conversation_id": "id-of-a-conversation-here"}
