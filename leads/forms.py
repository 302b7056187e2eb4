"""What people may change of a lead."""

from django import forms

from leads.models import PERSON_STATUSES, LeadStatus


class MoveForm(forms.Form):
    """A lead's next status, and the status that the page showed when the person chose."""

    status = forms.ChoiceField(
        choices=[(status.value, status.label) for status in PERSON_STATUSES],
        error_messages={
            "required": "Choose where to move the lead.",
            "invalid_choice": "A lead cannot be moved to “%(value)s”. Choose one of those offered.",
        },
    )
    seen = forms.ChoiceField(
        choices=LeadStatus.choices,
        error_messages={
            "required": "The page did not say where the lead stood. Choose again.",
            "invalid_choice": "The page did not say where the lead stood. Choose again.",
        },
    )
