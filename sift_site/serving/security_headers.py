"""Headers that have browsers guard every answer: pages, errors, files, the API, health probes."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import ResponseHeaders

# Nothing here uses them, so no script that got in by a fault of ours may either.
_OFF = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "clipboard-read", "display-capture",
    "encrypted-media", "fullscreen", "geolocation", "gyroscope", "hid", "identity-credentials-get",
    "idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "otp-credentials",
    "payment", "picture-in-picture", "screen-wake-lock", "serial", "storage-access", "usb",
    "web-share", "window-management", "xr-spatial-tracking",
)  # fmt: skip
# Passkeys are for our own pages, and for no frame in them.
_OURS = ("publickey-credentials-create", "publickey-credentials-get")
PERMISSIONS = ", ".join(
    [f"{feature}=()" for feature in _OFF] + [f"{feature}=(self)" for feature in _OURS]
)
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# For what is no page, should a browser be led to show it as one. Pages have the policy of the
# settings, from django-csp.
NOT_A_PAGE = (
    "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


class SecurityHeadersMiddleware:
    """Outermost, so that no answer gets past it; what an answer says for itself stands."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        guard(response.headers, is_secure=request.is_secure())
        return response


def guard(headers: dict[str, str] | ResponseHeaders, *, is_secure: bool) -> None:
    """Add what an answer does not say for itself.

    The API's gateway does so too: a server's requests go to it past all middleware.
    """
    for name, value in EVERYWHERE.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", NOT_A_PAGE)
    # It means something on a page alone, and is long beside a small file.
    if headers.get("Content-Type", "").startswith("text/html"):
        headers.setdefault("Permissions-Policy", PERMISSIONS)
    if is_secure and settings.SECURE_HSTS_SECONDS:
        headers.setdefault("Strict-Transport-Security", _strict_transport_security())


def _strict_transport_security() -> str:
    """RFC 6797; the same words as SecurityMiddleware has for pages."""
    value = f"max-age={settings.SECURE_HSTS_SECONDS}"
    if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS:
        value += "; includeSubDomains"
    if settings.SECURE_HSTS_PRELOAD:
        value += "; preload"
    return value
