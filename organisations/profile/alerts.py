"""Settings, Profile, Alerts: of what a person wants to be told, by letter and in the browser."""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from foundation.web.pages import SeeOther
from organisations.models import AlertPosition, User
from organisations.requests import SignedInRequest

LETTERS = ("letter_of_hot_leads", "letter_of_assigned", "letter_of_follow_ups")
IN_BROWSER = ("hot_in_title", "hot_notifications", "hot_sound")


class AlertsForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """Six boxes; none is required."""

    class Meta:
        model = User
        fields = [*LETTERS, *IN_BROWSER]
        labels = {
            "letter_of_hot_leads": "New hot leads",
            "letter_of_assigned": "Leads that a colleague gives me",
            "letter_of_follow_ups": "My follow-ups that are due",
            "hot_in_title": "How many hot leads wait, in the titles of the list and the overview",
            "hot_notifications": "A notification for each new one",
            "hot_sound": "A short sound",
        }
        widgets = {"hot_notifications": forms.CheckboxInput(attrs={"data-asks-to-notify": True})}

    @property
    def by_letter(self) -> list[forms.BoundField]:
        return [self[name] for name in LETTERS]

    @property
    def in_browser(self) -> list[forms.BoundField]:
        return [self[name] for name in IN_BROWSER]


def own_address() -> str:
    """Where letters say that they are switched off."""
    return reverse("organisations:profile") + "#alerts"


@require_http_methods(["GET", "HEAD", "POST"])
def alerts(request: SignedInRequest) -> HttpResponse:
    """Save them. The boxes stand on the profile."""
    if request.method != "POST":
        return redirect(own_address())
    person = User.objects.select_related("organisation").get(pk=request.user.pk)
    form = AlertsForm(request.POST, instance=person)
    form.full_clean()
    if form.changed_data:
        with transaction.atomic():
            person.save(update_fields=form.changed_data)
            AlertPosition.objects.begin(person.organisation)
    messages.success(request, "What you are told of is saved.")
    return SeeOther("organisations:profile")
