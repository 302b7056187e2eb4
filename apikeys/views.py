"""Settings, API keys: list, create, look into, edit, roll, revoke. For admins."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from apikeys import letters
from apikeys.changing import allow_from, rename
from apikeys.forms import EditKeyForm, NewKeyForm, RollForm
from apikeys.issuing import issue
from apikeys.key_list import ShownOnce, needs_api, render_key_list
from apikeys.models import ApiKey, Call, NameTaken, Scope
from apikeys.revoking import revoke
from apikeys.rolling import CannotBeRolled, roll
from apikeys.usage import usage_of
from foundation.lists.paging import page_of
from foundation.web.pages import SeeOther, render_page
from organisations.requests import SignedInRequest, actor_of, admin_required
from organisations.sending_once import seed_of, sent_once
from organisations.signing_in.recent_sign_in import recent_sign_in_required


def _show_again(request: SignedInRequest, *_: Any, **__: Any) -> HttpResponse:
    """The key that the same form made a moment ago."""
    shown = ShownOnce.again(request)
    return render_key_list(request, shown=shown) if shown else SeeOther("apikeys:list")


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
@recent_sign_in_required
@sent_once(again=_show_again)
def key_list(request: SignedInRequest) -> HttpResponse:
    """The agency's keys; a POST makes one."""
    return create_key(request) if request.method == "POST" else render_key_list(request)


@sensitive_variables("text")
def create_key(request: SignedInRequest) -> HttpResponse:
    """Make a key and show its text in this one answer."""
    needs_api(request)
    form = NewKeyForm(request.POST)
    if not form.is_valid():
        return render_key_list(request, form, status=422)
    try:
        with transaction.atomic():
            key, text = _issue(request, form)
            letters.key_created(key, by=actor_of(request))
    except NameTaken:
        form.name_is_taken()
        return render_key_list(request, form, status=422)
    return render_key_list(request, shown=ShownOnce.of(key, text))


def _issue(request: SignedInRequest, form: NewKeyForm) -> tuple[ApiKey, str]:
    return issue(
        request.organisation,
        form.cleaned_data["name"],
        scope=Scope(form.cleaned_data["scope"]),
        expires_at=form.expires_at(),
        created_by=request.user,
        allowed_networks=form.cleaned_data["allowed_from"],
        by=actor_of(request),
        seed=seed_of(request),
    )


@require_safe
@admin_required
def key_calls(request: SignedInRequest, key_id: UUID) -> HttpResponse:
    """One key and its last requests, the newest first; a revoked one's too while it is listed."""
    listed = ApiKey.objects.for_organisation(request.organisation).listed()
    key = get_object_or_404(listed.select_related("created_by", "replaced_by"), id=key_id)
    calls = Call.objects.for_organisation(request.organisation).of_key(key.id)
    context = {
        "key": key,
        "usage": usage_of(request.organisation).of(key),
        "page": page_of(calls.newest_first(), request.GET),
    }
    return render_page(request, "apikeys/calls.html", "apikeys/_calls.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
@recent_sign_in_required
def edit_key(request: SignedInRequest, key_id: UUID) -> HttpResponse:
    """Another name, and other addresses that the key may be used from."""
    key = _unrevoked_key(request, key_id)
    if request.method != "POST":
        form = EditKeyForm(initial=EditKeyForm.initial_of(key), auto_id="edit_%s")
        return _question(request, "edit", key, form)
    form = EditKeyForm(request.POST, auto_id="edit_%s")
    if not form.is_valid():
        return _question(request, "edit", key, form, status=422)
    before = key.name
    try:
        with transaction.atomic():
            rename(key, form.cleaned_data["name"], by=actor_of(request))
            allow_from(key, form.cleaned_data["allowed_from"], by=actor_of(request))
    except NameTaken:
        key.name = before
        form.name_is_taken()
        return _question(request, "edit", key, form, status=422)
    messages.success(request, f"{key.name} is saved.")
    return SeeOther("apikeys:list")


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
@recent_sign_in_required
@sent_once(again=_show_again)
@sensitive_variables("text")
def roll_key(request: SignedInRequest, key_id: UUID) -> HttpResponse:
    """Ask first (GET), then put a new key in this one's place (POST) and show it in the answer."""
    needs_api(request)
    key = _unrevoked_key(request, key_id)
    if request.method != "POST":
        form = RollForm(initial=RollForm.initial_of(key), auto_id="roll_%s")
        return _question(request, "roll", key, form)
    form = RollForm(request.POST, auto_id="roll_%s")
    if not form.is_valid():
        return _question(request, "roll", key, form, status=422)
    by = actor_of(request)
    try:
        with transaction.atomic():
            old, new, text = roll(
                key,
                overlap=form.overlap(),
                expires_at=form.expires_at(),
                person=request.user,
                by=by,
                seed=seed_of(request),
            )
            letters.key_rolled(old, new, by=by)
    except CannotBeRolled:  # somebody else was quicker, most likely: the page says so
        return _question(request, "roll", _unrevoked_key(request, key_id), form, status=422)
    except NameTaken:
        form.add_error(None, "Other keys have every name that the old one could take on that day.")
        return _question(request, "roll", key, form, status=422)
    return render_key_list(request, shown=ShownOnce.of(new, text, old))


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
@recent_sign_in_required
@sent_once()
def revoke_key(request: SignedInRequest, key_id: UUID) -> HttpResponse:
    """Ask first (GET), then revoke (POST): the key stops at the very next request."""
    key = _unrevoked_key(request, key_id)
    if request.method != "POST":
        return _question(request, "revoke", key)
    with transaction.atomic():
        if revoke(key, by=actor_of(request)):
            letters.key_revoked(key, by=actor_of(request))
    messages.success(request, f"{key.name} was deleted. Requests with it fail from now on.")
    return SeeOther("apikeys:list")


def _unrevoked_key(request: SignedInRequest, key_id: UUID) -> ApiKey:
    unrevoked = ApiKey.objects.for_organisation(request.organisation).unrevoked()
    return get_object_or_404(unrevoked.select_related("organisation"), id=key_id)


def _question(
    request: SignedInRequest,
    act: str,
    key: ApiKey,
    form: EditKeyForm | RollForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """What is asked before the act: a page, or the part of it that a dialog shows."""
    context = {"key": key, "form": form, "act": act, "fragment": f"apikeys/_{act}.html"}
    if status != 200:
        return render(request, "apikeys/question.html", context, status=status)
    return render_page(
        request, "apikeys/question.html", "apikeys/_question_dialog.html", context, status
    )
