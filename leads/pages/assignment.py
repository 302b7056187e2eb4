"""Who looks after a lead."""

from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_POST

from leads.assignment import assign, assignable
from leads.changed_meanwhile import Overtaken, last_change
from leads.models import EventKind, Lead
from leads.pages import handling, lead_page
from organisations.changes.numbering import numbered_last
from organisations.models import User
from organisations.requests import SignedInRequest, actor_of

NOBODY = "nobody"
NOBODY_OF_YOURS = "That is nobody of your agency who can look after leads."


class AssigneeForm(forms.Form):
    """A person of the agency or nobody, and who it was when the person chose."""

    assignee = forms.CharField(
        max_length=36, error_messages={"required": "Choose who looks after the lead."}
    )
    seen = forms.CharField(max_length=36, error_messages={"required": handling.NOT_SAID})

    def __init__(self, lead: Lead, people: QuerySet[User], data: QueryDict) -> None:
        super().__init__(data)
        self.lead, self.people = lead, people

    def clean_assignee(self) -> User | None:
        asked: str = self.cleaned_data["assignee"]
        if asked == _name_of(self.lead.assignee_id):
            return self.lead.assignee  # as it stands, be it somebody who left
        if asked == NOBODY:
            return None
        try:
            return self.people.get(id=UUID(asked))
        except (ValueError, User.DoesNotExist):
            raise forms.ValidationError(NOBODY_OF_YOURS) from None

    def is_overtaken(self) -> bool:
        """Whether somebody else gave the lead away meanwhile, and not to the same person."""
        wanted: User | None = self.cleaned_data["assignee"]
        seen: str = self.cleaned_data["seen"]
        return wanted != self.lead.assignee and seen != _name_of(self.lead.assignee_id)


@require_POST
def change_assignee(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """Give the lead to somebody or to nobody, unless somebody else did meanwhile."""
    with numbered_last():
        lead = lead_page.lead_or_404(request, lead_id, locked=True)
        form = AssigneeForm(lead, assignable(request.organisation), request.POST)
        overtaken = form.is_valid() and form.is_overtaken()
        if form.is_valid() and not overtaken:
            assign(lead, form.cleaned_data["assignee"], by=actor_of(request))
    if not form.is_valid():
        return handling.refused(request, lead, form)
    if overtaken:
        meanwhile = _by_assignment(request, lead, form.cleaned_data["assignee"])
        return handling.overtaken(request, lead, meanwhile)
    return handling.done(request, lead)


def _name_of(id_: UUID | None) -> str:
    return NOBODY if id_ is None else str(id_)


def _by_assignment(request: SignedInRequest, lead: Lead, wanted: User | None) -> Overtaken:
    return Overtaken(
        label="Assignee",
        stands=lead.assignee.name if lead.assignee else NOBODY,
        wrote=wanted.name if wanted else NOBODY,
        by=last_change(lead, request.organisation, EventKind.ASSIGNMENT),
    )
