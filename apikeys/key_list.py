"""The API keys tab as a whole: what stands on it whichever request is answered with it."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from apikeys.forms import NewKeyForm
from apikeys.models import ApiKey, Scope
from apikeys.quick_start import curl_that_sends_with, curl_with, quick_start
from apikeys.usage import usage_of
from organisations.models import Plan
from organisations.requests import SignedInRequest


@dataclass(frozen=True, slots=True)
class ShownOnce:
    """A key that was made by this very request, the one time that its text is shown."""

    key: ApiKey
    text: str
    curl: str
    old: ApiKey | None = None  # whose place it took

    @classmethod
    def of(cls, key: ApiKey, text: str, old: ApiKey | None = None) -> "ShownOnce":
        line = curl_that_sends_with if key.scope == Scope.CAPTURE else curl_with
        return cls(key, text, line(text), old)

    def __repr__(self) -> str:
        return f"<ShownOnce {self.key}>"  # never the text: a repr ends up in reports of errors


def render_key_list(
    request: SignedInRequest,
    form: NewKeyForm | None = None,
    *,
    status: int = 200,
    shown: ShownOnce | None = None,
) -> HttpResponse:
    """The tab; the answer itself is the only place in which `shown` is ever seen."""
    organisation = request.organisation
    keys = ApiKey.objects.for_organisation(organisation).listed().revoked_last()
    usage = usage_of(organisation)
    context = {
        "form": form or NewKeyForm(),
        "keys": [(key, usage.of(key)) for key in keys.select_related("created_by")],
        "today": usage.today,
        "start": quick_start(Plan(organisation.plan)),
        "shown": shown,
    }
    response = render(request, "apikeys/list.html", context, status=status)
    # The middleware says so for every page; this one must hold whatever becomes of that.
    response.headers["Cache-Control"] = "private, no-store"
    return response
