"""What the API refuses, and in which words (RFC 9457; CONTRACT.md, section 2, Errors)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from organisations.validation import Fault


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of refusal: its anchor in the reference, its status and its title."""

    slug: str
    status: int
    title: str

    @property
    def type(self) -> str:
        """The `type` member: an address, relative to the host, of the page that explains it."""
        return f"/api/docs/#{self.slug}"


BAD_REQUEST = Kind("bad-request", 400, "Bad request")
UNAUTHORISED = Kind("unauthorised", 401, "No valid API key")
HTTPS_REQUIRED = Kind("https-required", 403, "HTTPS required")
PLAN_WITHOUT_API = Kind("plan-without-api", 403, "The plan has no API")
READ_ONLY_KEY = Kind("read-only-key", 403, "The key may only read")
NOT_FOUND = Kind("not-found", 404, "Not found")
METHOD_NOT_ALLOWED = Kind("method-not-allowed", 405, "Method not allowed")
CHANGED_MEANWHILE = Kind("changed-meanwhile", 412, "Changed meanwhile")
BODY_TOO_LARGE = Kind("body-too-large", 413, "Body too large")
UNSUPPORTED_MEDIA_TYPE = Kind("unsupported-media-type", 415, "Unsupported media type")
INVALID = Kind("invalid", 422, "Not accepted")
TOO_MANY_REQUESTS = Kind("too-many-requests", 429, "Too many requests")
SERVER_ERROR = Kind("server-error", 500, "Server error")

KINDS = (
    BAD_REQUEST, UNAUTHORISED, HTTPS_REQUIRED, PLAN_WITHOUT_API, READ_ONLY_KEY, NOT_FOUND,
    METHOD_NOT_ALLOWED, CHANGED_MEANWHILE, BODY_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, INVALID,
    TOO_MANY_REQUESTS, SERVER_ERROR,
)  # fmt: skip


class Problem(Exception):
    """A refusal on its way to the caller; the gateway writes it as application/problem+json."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        *,
        faults: Iterable[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.faults = list(faults)
        self.headers = dict(headers or {})


def not_found() -> Problem:
    """One answer for a path, an id and another agency's row that are not there."""
    return Problem(NOT_FOUND, "There is nothing here that this key can see.")


def method_not_allowed(allowed: Iterable[str]) -> Problem:
    listed = ", ".join(allowed)
    return Problem(METHOD_NOT_ALLOWED, f"This path takes {listed}.", headers={"Allow": listed})


def unauthorised() -> Problem:
    """One answer for every key that is none, whatever the cause."""
    return Problem(
        UNAUTHORISED,
        "Send a valid API key in the header: Authorization: Bearer sk_live_…",
        headers={"WWW-Authenticate": "Bearer"},
    )


def too_many_requests(seconds: int) -> Problem:
    """Refused until so many whole seconds have passed."""
    return Problem(
        TOO_MANY_REQUESTS,
        f"The limit is reached. Ask again in {seconds} second{'' if seconds == 1 else 's'}.",
        headers={"Retry-After": str(seconds)},
    )


def plan_without_api() -> Problem:
    return Problem(
        PLAN_WITHOUT_API,
        "The API belongs to the Growth and Scale plans. The key works once the plan has it.",
    )


def read_only_key() -> Problem:
    return Problem(READ_ONLY_KEY, "This key has the scope read; writing takes read_write.")


def unsupported_media_type() -> Problem:
    return Problem(UNSUPPORTED_MEDIA_TYPE, "The body must be application/json in UTF-8.")


def body_too_large(most: int) -> Problem:
    return Problem(BODY_TOO_LARGE, f"The body may have at most {most:,} bytes.")


def invalid(faults: Iterable[Fault]) -> Problem:
    """Input with faults, every one of them named."""
    return Problem(INVALID, "The request has faults; errors names each.", faults=faults)


def changed_meanwhile() -> Problem:
    return Problem(
        CHANGED_MEANWHILE,
        "If-Match names another state than the one that stands. Read it again, then decide.",
    )
