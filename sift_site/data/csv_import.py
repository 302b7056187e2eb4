"""Settings, Data, Bring in: a CSV file of another system's leads. For admins."""

from itertools import islice
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from conversations.csv_import import bringing_in
from conversations.csv_import.bringing_in import NotNow
from conversations.csv_import.columns import FIELDS, LEFT_OUT
from conversations.csv_import.reading import MOST_BYTES, Unreadable, rows_of
from conversations.models import CsvImport
from foundation.web.pages import SeeOther
from leads.models.choices import Channel
from organisations.requests import SignedInRequest, actor_of, admin_required
from organisations.signing_in.recent_sign_in import recent_sign_in_required_where

_LATEST = 20
_SAMPLE = 60  # characters
_CHOICES = [(LEFT_OUT, "Leave out"), *((name, label) for name, (label, _) in FIELDS.items())]


class UploadForm(forms.Form):
    """A file; `whole` stands behind it in the form, so a body that broke off has none."""

    file = forms.FileField(
        label="CSV file",
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )
    whole = forms.CharField(required=False, widget=forms.HiddenInput, initial="yes", max_length=3)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and cleaned.get("whole") != "yes":
            raise forms.ValidationError("The file did not arrive whole. Send it again.")
        if "file" in cleaned and cleaned["file"].size > MOST_BYTES:
            self.add_error("file", f"The file is longer than {MOST_BYTES // 1024 // 1024} MiB.")
        return cleaned


class ColumnsForm(forms.Form):
    """What each column is, and where rows came from that do not say."""

    channel = forms.ChoiceField(label="They came by", choices=Channel.choices)

    def __init__(self, found: CsvImport, data: Any = None) -> None:
        super().__init__(data)
        self.initial["channel"] = found.channel
        samples = _samples(found)
        for number, head in enumerate(found.heads):
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=head,
                required=False,
                choices=_CHOICES,
                initial=found.fields[number],
                help_text=samples[number] if number < len(samples) else "",
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        named = [field for field in self.chosen(cleaned) if field != LEFT_OUT]
        for field in {each for each in named if named.count(each) > 1}:
            raise forms.ValidationError(f"Two columns are “{FIELDS[field][0]}”. Leave one out.")
        return cleaned

    def chosen(self, cleaned: dict[str, Any]) -> list[str]:
        return [cleaned.get(name, LEFT_OUT) for name in self.fields if name != "channel"]

    @property
    def columns(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name != "channel"]


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
def csv_imports(request: SignedInRequest) -> HttpResponse:
    """The latest files, and a form for another."""
    if request.method != "POST":
        return _list(request, UploadForm())
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, form, status=422)
    file = form.cleaned_data["file"]
    name = "".join(filter(str.isprintable, file.name))[:200] or "file.csv"
    try:
        made = bringing_in.upload(request.organisation, request.user, name, file.read())
    except Unreadable as why:
        form.add_error("file", str(why))
        return _list(request, form, status=422)
    return SeeOther(reverse("csv_import", args=[made.pk]))


def _changes_leads(request: SignedInRequest) -> bool:
    return request.POST.get("act") in ("import", "undo")


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
@recent_sign_in_required_where(_changes_leads)
def csv_import(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    """One file: how far it is, what its columns are, what became of its rows. A POST acts."""
    found = _found(request, import_id)
    if request.method != "POST":
        return _page(request, found)
    try:
        match request.POST.get("act"):
            case "import":
                bringing_in.begin_import(found, by=actor_of(request))
            case "undo":
                bringing_in.begin_undo(found, by=actor_of(request))
            case _:
                form = ColumnsForm(found, request.POST)
                if not form.is_valid():
                    return _page(request, found, form=form, status=422)
                chosen = form.chosen(form.cleaned_data)
                bringing_in.say_columns(found, chosen, form.cleaned_data["channel"])
    except NotNow:
        messages.error(request, "That cannot be done now: see how the file stands.")
    return SeeOther(reverse("csv_import", args=[found.pk]))


@require_safe
@admin_required
def csv_rejects(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    """The rows that are not taken, each with the reason, as CSV."""
    found = _found(request, import_id)
    response = HttpResponse(found.rejects, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rejects-{found.pk}.csv"'
    return response


def _found(request: SignedInRequest, import_id: UUID) -> CsvImport:
    return get_object_or_404(CsvImport.objects.for_organisation(request.organisation), id=import_id)


def _list(request: SignedInRequest, form: UploadForm, *, status: int = 200) -> HttpResponse:
    ours = CsvImport.objects.for_organisation(request.organisation).latest_first()
    latest = ours.defer("packed", "packed_rejects", "made")[:_LATEST]
    context = {"form": form, "imports": latest, "most": MOST_BYTES // 1024 // 1024}
    return render(request, "data/csv/list.html", context, status=status)


def _page(
    request: SignedInRequest,
    found: CsvImport,
    *,
    form: ColumnsForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "import": found,
        "form": form or ColumnsForm(found),
        "reasons": sorted(found.reasons.items(), key=lambda each: -each[1]),
    }
    return render(request, "data/csv/import.html", context, status=status)


def _samples(found: CsvImport) -> list[str]:
    """The first row's cells, to tell columns by."""
    if not found.packed:
        return []
    for _, cells in islice(rows_of(found.content, found.encoding, found.separator), 1):
        return [cell.replace("\0", "").strip()[:_SAMPLE] for cell in cells]
    return []
