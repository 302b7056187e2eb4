"""The filters above the list of leads."""

from django import forms

from leads.models import SCORED_STATUSES, LeadQuerySet, LeadStatus
from organisations.filters import ChoiceGroup, FilterForm


class LeadFilterForm(FilterForm):
    status = forms.MultipleChoiceField(
        choices=LeadStatus.choices,
        required=False,
        error_messages={
            "invalid_choice": "“%(value)s” is not a status, so statuses narrow nothing here."
        },
    )

    def narrow(self, leads: LeadQuerySet) -> LeadQuerySet:
        statuses = self.chosen("status")
        return leads.filter(status__in=statuses) if statuses else leads

    @property
    def groups(self) -> list[ChoiceGroup]:
        """The statuses that scoring sets, and those to which leads are moved."""
        worked = [status for status in LeadStatus if status not in SCORED_STATUSES]
        return [
            self._group("status", "Scored", SCORED_STATUSES, with_faults=False),
            self._group("status", "Worked", worked),
        ]

    @property
    def title(self) -> str:
        """What the list holds: "Hot leads", "Hot and warm leads", "Leads"."""
        labels = [LeadStatus(status).label for status in self.chosen("status")]
        if not labels:
            return "Leads"
        words = " and ".join(filter(None, [", ".join(labels[:-1]), labels[-1]]))
        return f"{words.capitalize()} leads"
