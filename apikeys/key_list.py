"""The API keys tab as a whole: what stands on it whichever request is answered with it."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables

from apikeys import keys
from apikeys.forms import NewKeyForm
from apikeys.models import ApiKey, Scope
from apikeys.quick_start import curl_with, first_try_with, quick_start
from apikeys.usage import usage_of
from organisations.models import Plan
from organisations.requests import SignedInRequest
from organisations.sending_once import seed_of


@dataclass(frozen=True, slots=True)
class ShownOnce:
    """A key that was made by this very request, the one time that its text is shown."""

    key: ApiKey
    text: str
    curl: str
    old: ApiKey | None = None  # whose place it took

    @classmethod
    def of(cls, key: ApiKey, text: str, old: ApiKey | None = None) -> "ShownOnce":
        line = first_try_with if key.scope == Scope.CAPTURE else curl_with
        return cls(key, text, line(text), old)

    @classmethod
    @sensitive_variables("new")
    def again(cls, request: SignedInRequest) -> "ShownOnce | None":
        """What the same form made a moment ago, whose answer nobody may have seen; None where it
        was deleted meanwhile."""
        new = keys.generate(seed_of(request))
        ours = ApiKey.objects.for_organisation(request.organisation)
        key = ours.unrevoked().filter(digest=new.digest).first()
        if key is None:
            return None
        return cls.of(key, new.text, ours.filter(replaced_by=key).first())

    def __repr__(self) -> str:
        return f"<ShownOnce {self.key}>"  # never the text: a repr ends up in reports of errors


def needs_api(request: SignedInRequest) -> None:
    """A new key of a plan without the API would fail with its first request."""
    if not request.organisation.has_api:
        raise PermissionDenied("New API keys belong to the Growth and Scale plans.")


def render_key_list(
    request: SignedInRequest,
    form: NewKeyForm | None = None,
    *,
    status: int = 200,
    shown: ShownOnce | None = None,
) -> HttpResponse:
    """The tab; the answer itself is the only place in which `shown` is ever seen."""
    organisation = request.organisation
    listed = ApiKey.objects.for_organisation(organisation).listed().revoked_last()
    usage = usage_of(organisation)
    context = {
        "form": form or NewKeyForm(),
        "keys": [(key, usage.of(key)) for key in listed.select_related("created_by")],
        "today": usage.today,
        "start": quick_start(Plan(organisation.plan)),
        "shown": shown,
        "stored": reverse("apikeys:list"),
    }
    response = render(request, "apikeys/list.html", context, status=status)
    # The middleware says so for every page; this one must hold whatever becomes of that.
    response.headers["Cache-Control"] = "private, no-store"
    return response
