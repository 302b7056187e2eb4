"""Settings, API keys: list, create, delete. For admins."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apikeys.forms import NewKeyForm
from apikeys.models import ApiKey, NameTaken, Scope
from organisations.web import SeeOther, SignedInRequest, admin_required, render_page


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
def key_list(request: SignedInRequest) -> HttpResponse:
    """The agency's keys; a POST makes one and shows its text in this one answer."""
    if request.method != "POST":
        return _page(request, NewKeyForm())
    form = NewKeyForm(request.POST)
    if form.is_valid():
        try:
            key, text = _issue(request, form)
        except NameTaken:
            form.add_error("name", "Another key has this name. Choose one that tells them apart.")
        else:
            return _page(request, NewKeyForm(), new_key=key, new_key_text=text)
    return _page(request, form, status=422)


def _issue(request: SignedInRequest, form: NewKeyForm) -> tuple[ApiKey, str]:
    return ApiKey.objects.issue(
        request.organisation,
        form.cleaned_data["name"],
        scope=Scope(form.cleaned_data["scope"]),
        expires_at=form.expires_at(),
        created_by=request.user,
    )


def _page(
    request: SignedInRequest,
    form: NewKeyForm,
    *,
    status: int = 200,
    new_key: ApiKey | None = None,
    new_key_text: str | None = None,
) -> HttpResponse:
    keys = ApiKey.objects.for_organisation(request.organisation).standing()
    context = {
        "form": form,
        "keys": keys.select_related("created_by").newest_first(),
        "now": timezone.now(),
        "new_key": new_key,
        "new_key_text": new_key_text,
    }
    return render(request, "apikeys/list.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
def delete_key(request: SignedInRequest, key_id: UUID) -> HttpResponse:
    """Ask first (GET), then delete (POST): the key stops at the very next request."""
    keys = ApiKey.objects.for_organisation(request.organisation).standing()
    key = get_object_or_404(keys, id=key_id)
    if request.method != "POST":
        return render_page(
            request, "apikeys/delete.html", "apikeys/_delete_dialog.html", {"key": key}
        )
    key.revoke()
    messages.success(request, f"{key.name} was deleted. Requests with it fail from now on.")
    return SeeOther("apikeys:list")
