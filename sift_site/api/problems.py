"""What the API refuses, and in which words (RFC 9457; CONTRACT.md, section 2, Errors)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from foundation.plurals import so_many
from foundation.validation import Fault

SECONDS_UNAVAILABLE = 5  # after which a caller may ask again
_LONGEST_SHOWN = 40  # characters of a header that are repeated to its sender


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of refusal: its anchor in the reference, its status and its title.

    `when` and `remedy` are its paragraph there: what has happened, and what to do about it.
    """

    slug: str
    status: int
    title: str
    when: str = ""
    remedy: str = ""

    @property
    def type(self) -> str:
        """The `type` member: an address, relative to the host, of the page that explains it."""
        return f"/api/docs/#{self.slug}"


BAD_REQUEST = Kind(
    "bad-request", 400, "Bad request",
    when="The request cannot be read: it names a host that is not this one, is longer than any "
    "request here, or its body broke off.",
    remedy="Look at the address and at the HTTP library. Only a body that broke off is worth "
    "sending again unchanged.",
)  # fmt: skip
UNAUTHORISED = Kind(
    "unauthorised", 401, "No valid API key",
    when="The key is missing, malformed, unknown, expired or deleted, or its agency's "
    "account is closed. The answer does not say which.",
    remedy="Send `Authorization: Bearer sk_live_…`. Compare the key's beginning and end with the "
    "list under Settings, API keys, where an admin of the agency can make a new one. Do not "
    "repeat the request unchanged: failures are limited by address.",
)  # fmt: skip
HTTPS_REQUIRED = Kind(
    "https-required", 403, "HTTPS required",
    when="The request came over plain HTTP. It is refused and not redirected, so that the key "
    "does not travel in clear a second time.",
    remedy="Use `https`, and replace the key: it may have been read on the way.",
)  # fmt: skip
PLAN_WITHOUT_API = Kind(
    "plan-without-api", 403, "The plan has no API",
    when="The key is good, but its agency is on the Starter plan, which has no API.",
    remedy="Stop asking, and tell the agency. The same key works as soon as its plan is Growth "
    "or Scale.",
)  # fmt: skip
READ_ONLY_KEY = Kind(
    "read-only-key", 403, "The key may only read",
    when="A key with the scope `read` asked for a change, or for webhooks.",
    remedy="Use a key with the scope `read_write`; to send conversations alone, `capture`.",
)  # fmt: skip
CAPTURE_ONLY_KEY = Kind(
    "capture-only-key", 403, "The key may only send",
    when="A key with the scope `capture` asked for something else than to send conversations.",
    remedy="Use a key with the scope `read` or `read_write`, and keep it where nobody else "
    "comes: it opens all that the agency has.",
)  # fmt: skip
NOT_FOUND = Kind(
    "not-found", 404, "Not found",
    when="There is no such path, or no object of that id that this key can see. An id that is "
    "malformed, unknown, another agency's, or of a lead that was merged into another: the "
    "answer is the same.",
    remedy="Look at the path: one that ends with a slash, or has two in a row (an empty id), is "
    "none. Else drop the id. If it was a lead's that you knew, it may have been merged: its "
    "conversations now name the lead that is left.",
)  # fmt: skip
METHOD_NOT_ALLOWED = Kind(
    "method-not-allowed", 405, "Method not allowed",
    when="The path is there, but does not take this method.",
    remedy="Use one of those that the header `Allow` names.",
)  # fmt: skip
CONTRADICTION = Kind(
    "contradiction", 409, "Not what stands",
    when="A conversation of this `external_id` or `Idempotency-Key` is there, and what was sent "
    "does not go on from it: `errors` names the first message that differs. Nothing was changed.",
    remedy="Send what was said so far as it was sent before, with what is new at its end; or "
    "the new messages alone, to the conversation's own address.",
)  # fmt: skip
GONE = Kind(
    "gone", 410, "No longer kept",
    when="`after` is a place in the feed from which changes are no longer kept: they are for 90 "
    "days. Some of what came after it is gone; `oldest` is the first that is left.",
    remedy="Begin anew: ask for `after=latest`, read all leads, and follow from the position that "
    "you were told.",
)  # fmt: skip
CHANGED_MEANWHILE = Kind(
    "changed-meanwhile", 412, "Changed meanwhile",
    when="`If-Match` names a state of the lead that is not the present one: somebody changed it "
    "after you read it. Nothing was changed by this request.",
    remedy="Read the lead again, decide anew, and send its new `ETag`.",
)  # fmt: skip
BODY_TOO_LARGE = Kind(
    "body-too-large", 413, "Body too large",
    when="The body is longer than this endpoint takes; `detail` says how much that is.",
    remedy="Send less. The same body is never taken.",
)  # fmt: skip
UNSUPPORTED_MEDIA_TYPE = Kind(
    "unsupported-media-type", 415, "Unsupported media type",
    when="The body is not declared as JSON, or as JSON in something other than UTF-8; or it is "
    "encoded, with gzip for example: then `detail` names the encoding, and the answer bears "
    "`Accept-Encoding: identity`.",
    remedy="Send `Content-Type: application/json`, and the body as it is, without "
    "`Content-Encoding`.",
)  # fmt: skip
INVALID = Kind(
    "invalid", 422, "Not accepted",
    when="A parameter is unknown, repeated or out of range, a cursor belongs to another list or "
    "other filters, or the body is no JSON, lacks something or has something else.",
    remedy="Correct what `errors` names: every fault is there, with what is accepted (of very many "
    "the first, and `detail` says how many more there are). The same "
    "request never succeeds.",
)  # fmt: skip
TOO_MANY_REQUESTS = Kind(
    "too-many-requests", 429, "Too many requests",
    when="The agency's keys have together used up this window's requests; or, without a "
    "good key, this address has failed to authenticate too often.",
    remedy="Wait for as many seconds as `Retry-After` says. Requests that are refused do not "
    "lengthen the wait. Better: slow down before `RateLimit` reaches `r=0`.",
)  # fmt: skip
SERVER_ERROR = Kind(
    "server-error", 500, "Server error",
    when="Something failed here. A change was made as a whole or not at all.",
    remedy="Send it again after 1 s, 2 s, 4 s and so on: setting a status twice does no harm. If "
    "it stays, tell support the `request_id`.",
)  # fmt: skip
UNAVAILABLE = Kind(
    "unavailable", 503, "Not available for the moment",
    when="The database is being restarted, is too busy or has no room. A change was made as a "
    "whole or not at all; which of them, its answer would have said.",
    remedy="Send the same again after as many seconds as `Retry-After` says: a capture by its "
    "`external_id` or `Idempotency-Key` is made once however often it is sent.",
)  # fmt: skip

KINDS = (
    BAD_REQUEST, UNAUTHORISED, HTTPS_REQUIRED, PLAN_WITHOUT_API, READ_ONLY_KEY,
    CAPTURE_ONLY_KEY, NOT_FOUND, METHOD_NOT_ALLOWED, CONTRADICTION, GONE, CHANGED_MEANWHILE,
    BODY_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, INVALID, TOO_MANY_REQUESTS, SERVER_ERROR,
    UNAVAILABLE,
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
        members: Mapping[str, int] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.faults = list(faults)
        self.headers = dict(headers or {})
        self.members = dict(members or {})  # of the answer, besides those that all have


def foreign_host() -> Problem:
    return Problem(BAD_REQUEST, "The Host header names a host that this service does not have.")


def https_required() -> Problem:
    return Problem(
        HTTPS_REQUIRED, "Use https. A key that was sent in clear may have been read: replace it."
    )


def server_error() -> Problem:
    return Problem(SERVER_ERROR, "Something failed here. It is logged under this request_id.")


def unavailable() -> Problem:
    """The database cannot be asked, or did not answer in time."""
    return Problem(
        UNAVAILABLE,
        "The database does not answer for the moment. Nothing that was acknowledged is lost.",
        headers={"Retry-After": str(SECONDS_UNAVAILABLE)},
    )


def not_found() -> Problem:
    """One answer for a path, an id and another agency's row that are not there.

    It tells of slashes, which are soon written and seldom seen, to all alike: the body must not
    tell one of these from another (CONTRACT.md, section 2, Errors).
    """
    return Problem(
        NOT_FOUND,
        "There is nothing here that this key can see. "
        "No path ends with a slash or has two slashes in a row.",
    )


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
        f"The limit is reached. Ask again in {so_many(seconds, 'second')}.",
        headers={"Retry-After": str(seconds)},
    )


def plan_without_api() -> Problem:
    return Problem(
        PLAN_WITHOUT_API,
        "The API belongs to the Growth and Scale plans. The key works once the plan has it.",
    )


def read_only_key() -> Problem:
    return Problem(
        READ_ONLY_KEY, "This key has the scope read; writing takes read_write, as webhooks do."
    )


def capture_only_key() -> Problem:
    return Problem(
        CAPTURE_ONLY_KEY, "This key has the scope capture: it sends conversations and sees nothing."
    )


def unsupported_media_type() -> Problem:
    return Problem(UNSUPPORTED_MEDIA_TYPE, "The body must be application/json in UTF-8.")


def encoded_body(encoding: str) -> Problem:
    """A 415 for its Content-Encoding; the header tells it from the other (RFC 9110, 12.5.3)."""
    return Problem(
        UNSUPPORTED_MEDIA_TYPE,
        f"Bodies are taken as they are, not with Content-Encoding: {encoding[:_LONGEST_SHOWN]}",
        headers={"Accept-Encoding": "identity"},
    )


def body_too_large(most: int) -> Problem:
    return Problem(BODY_TOO_LARGE, f"The body may have at most {most:,} bytes.")


def invalid(faults: Iterable[Fault]) -> Problem:
    """Input with faults, every one of them named."""
    return Problem(INVALID, "The request has faults; errors names each.", faults=faults)


def contradiction(faults: Iterable[Fault]) -> Problem:
    return Problem(
        CONTRADICTION, "What was sent does not go on from what stands under its name.",
        faults=faults,
    )  # fmt: skip


def gone(oldest: int) -> Problem:
    return Problem(
        GONE,
        "Changes after this position are no longer all kept. Begin anew with after=latest.",
        members={"oldest": oldest},
    )


def beyond_latest(latest: int) -> Problem:
    """A position that was never given out: the database is a backup's, from before it was."""
    fault = Fault("after", f"must not be above {latest}, the latest; begin anew with after=latest")
    return Problem(
        INVALID,
        "The request has faults; errors names each.",
        faults=[fault],
        members={"latest": latest},
    )


def changed_meanwhile() -> Problem:
    return Problem(
        CHANGED_MEANWHILE,
        "If-Match names another state than the one that stands. Read it again, then decide.",
    )
