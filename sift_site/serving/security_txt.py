"""/.well-known/security.txt: whom to tell of a hole in Sift (RFC 9116)."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from foundation.web.own_url import full_url

# Short of the year that the RFC allows, and never soon: it says what is set now.
_GOOD_FOR = timedelta(days=180)


@login_not_required  # whoever finds a hole need not be anybody's colleague
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """The same for everybody, and all day."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    fields = {
        "Contact": settings.SECURITY_CONTACT,
        "Expires": (today + _GOOD_FOR).isoformat().replace("+00:00", "Z"),
        "Preferred-Languages": "en",
        "Canonical": full_url(reverse("security_txt")),
    }
    said = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return HttpResponse(said, content_type="text/plain; charset=utf-8")
