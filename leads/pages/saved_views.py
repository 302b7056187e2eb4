"""Views of the list that a person saved under a name: theirs alone."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from foundation.web.pages import SeeOther
from leads.models.saved_view import MOST_VIEWS, NameTaken, SavedView, TooManyViews
from leads.pages.filters import LeadFilterForm
from leads.pages.list_url import cleaned, list_url
from organisations.models import User
from organisations.requests import SignedInRequest
from organisations.sending_once import sent_once

MOST_QUERY = 2000  # characters, the column's
TAKEN = "Another of your views has this name. Choose one that tells them apart."
TOO_MANY = f"You have {MOST_VIEWS} views, which is the most. Delete one that you no longer use."


class NameForm(forms.Form):
    name = forms.CharField(
        max_length=80,
        error_messages={
            "required": "Give the view a name.",
            "max_length": "A name has at most 80 characters; this one has %(show_value)d.",
        },
    )


class NewViewForm(NameForm):
    query = forms.CharField(required=False)

    def __init__(self, data: QueryDict, person: User) -> None:
        super().__init__(data)
        self.person = person

    def clean_query(self) -> str:
        """The filters alone, without what is not the list's and without the place in it."""
        query = cleaned(LeadFilterForm(QueryDict(self.cleaned_data["query"]), self.person))
        if len(query) > MOST_QUERY:
            raise forms.ValidationError("These filters are too long to be saved.")
        return query


@require_http_methods(["GET", "HEAD", "POST"])
@sent_once()
def view_list(request: SignedInRequest) -> HttpResponse:
    """The person's views, to be renamed and deleted; a POST saves another and opens it."""
    if request.method != "POST":
        return _page(request)
    form = NewViewForm(request.POST, request.user)
    if form.is_valid():
        try:
            view = SavedView.objects.keep(
                request.user, form.cleaned_data["name"], form.cleaned_data["query"]
            )
        except NameTaken:
            form.add_error("name", TAKEN)
        except TooManyViews:
            form.add_error(None, TOO_MANY)
        else:
            messages.success(request, f"Saved as “{view.name}”.")
            return SeeOther(list_url(view.query))
    return _page(request, new=form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def rename_view(request: SignedInRequest, view_id: UUID) -> HttpResponse:
    """Give one of the person's views another name."""
    view = get_object_or_404(SavedView.objects.of(request.user), id=view_id)
    if request.method != "POST":
        return SeeOther("leads:views")
    form = NameForm(request.POST)
    if form.is_valid():
        try:
            view.rename(form.cleaned_data["name"])
        except NameTaken:
            form.add_error("name", TAKEN)
        else:
            messages.success(request, f"Renamed to “{view.name}”.")
            return SeeOther("leads:views")
    return _page(request, renamed=(view.id, form), status=422)


@require_POST
@sent_once()
def delete_view(request: SignedInRequest, view_id: UUID) -> HttpResponse:
    """Delete one of the person's views; the leads are untouched."""
    view = get_object_or_404(SavedView.objects.of(request.user), id=view_id)
    view.delete()
    messages.success(request, f"The view “{view.name}” was deleted.")
    return SeeOther("leads:views")


def _page(
    request: SignedInRequest,
    *,
    new: NewViewForm | None = None,
    renamed: tuple[UUID, NameForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    views: QuerySet[SavedView] = SavedView.objects.of(request.user).by_name()
    rows = [(view, renamed[1] if renamed and renamed[0] == view.id else None) for view in views]
    return render(request, "leads/saved_views.html", {"rows": rows, "new": new}, status=status)
