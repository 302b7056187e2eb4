"""Where an agency's first lead is sent from: a key in one step, and a line for a shell with it."""

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from apikeys import letters
from apikeys.forms import NameForm
from apikeys.issuing import issue
from apikeys.key_list import ShownOnce, needs_api
from apikeys.models import NameTaken, Scope
from apikeys.quick_start import first_try_with
from foundation.web.pages import SeeOther
from organisations.changes.position import position_of
from organisations.requests import SignedInRequest, actor_of, admin_required
from organisations.sending_once import seed_of, sent_once
from organisations.signing_in.recent_sign_in import recent_sign_in_required

USUAL_NAME = "Website chat"


def _show_again(request: SignedInRequest, *_: Any, **__: Any) -> HttpResponse:
    """The key that the same form made a moment ago."""
    shown = ShownOnce.again(request)
    return _page(request, shown=shown) if shown else SeeOther("apikeys:first_lead")


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
@recent_sign_in_required
@sent_once(again=_show_again)
def first_lead(request: SignedInRequest) -> HttpResponse:
    """The line that sends a lead; a POST makes a key that can do this alone, and puts it in."""
    return _make_key(request) if request.method == "POST" else _page(request)


@sensitive_variables("text")
def _make_key(request: SignedInRequest) -> HttpResponse:
    needs_api(request)
    form = NameForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        with transaction.atomic():
            key, text = issue(
                request.organisation,
                form.cleaned_data["name"],
                scope=Scope.CAPTURE,
                created_by=request.user,
                by=actor_of(request),
                seed=seed_of(request),
            )
            letters.key_created(key, by=actor_of(request))
    except NameTaken:
        form.name_is_taken()
        return _page(request, form, status=422)
    return _page(request, shown=ShownOnce.of(key, text))


def _page(
    request: SignedInRequest,
    form: NameForm | None = None,
    *,
    status: int = 200,
    shown: ShownOnce | None = None,
) -> HttpResponse:
    """The page; the answer itself is the only place in which `shown` is ever seen."""
    context = {
        "position": position_of(request),
        "form": form or NameForm(initial={"name": USUAL_NAME}),
        "line": first_try_with("$SIFT_API_KEY", between=" \\\n  "),
        "shown": shown,
        "stored": reverse("apikeys:first_lead"),
    }
    response = render(request, "apikeys/first_lead.html", context, status=status)
    # The middleware says so for every page; this one must hold whatever becomes of that.
    response.headers["Cache-Control"] = "private, no-store"
    return response
