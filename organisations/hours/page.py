"""Settings, Organisation, Opening hours: the week, days that differ, bank holidays. For admins."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods, require_POST

from foundation.days import today
from foundation.web.pages import SeeOther
from organisations.hours import changing
from organisations.hours.bank_holidays import coming
from organisations.hours.forms import ForgottenDayForm, HoursForm, SpecialDayForm
from organisations.hours.words import days_in_words
from organisations.models import SpecialDay
from organisations.requests import SignedInRequest, actor_of, admin_required

_HERE = "organisations:hours"


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
def hours(request: SignedInRequest) -> HttpResponse:
    """When the agency is open (GET); a POST saves its week."""
    if request.method != "POST":
        return _page(request)
    form = HoursForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422, form=form)
    if changing.change(request.organisation, form.new_hours, by=actor_of(request)):
        messages.success(request, "Your opening hours are saved.")
    return SeeOther(_HERE)


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
def special_days(request: SignedInRequest) -> HttpResponse:
    """Save a day with hours of its own."""
    if request.method != "POST":
        return redirect(_HERE)
    form = SpecialDayForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422, special=form)
    day, minutes = form.cleaned_data["day"], form.cleaned_data["hours"]
    changing.set_special(request.organisation, day, minutes, by=actor_of(request))
    messages.success(request, f"{date_format(day, 'l j F Y')} is saved.")
    return SeeOther(_HERE)


@require_POST
@admin_required
def forget_special_day(request: SignedInRequest) -> HttpResponse:
    """Have a day be as any other of its weekday; one that was so already stays so."""
    form = ForgottenDayForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422)
    day = form.cleaned_data["day"]
    if changing.forget_special(request.organisation, day, by=actor_of(request)):
        messages.success(request, f"{date_format(day, 'l j F Y')} is as usual again.")
    return SeeOther(_HERE)


def _page(request: SignedInRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    organisation = request.organisation
    kept = SpecialDay.objects.filter(organisation=organisation, day__gte=today())
    special = dict(kept.values_list("day", "minutes"))
    context = {
        "form": HoursForm.of(organisation),
        "special": SpecialDayForm(),
        "special_days": days_in_words(special),
        "bank_holidays": [
            (date_format(day, "l j F Y"), name)
            for day, name in coming(organisation.nation)
            if day not in special
        ],
        "nation": organisation.get_nation_display(),
    }
    return render(request, "organisations/hours/hours.html", context | forms, status=status)
