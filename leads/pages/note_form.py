"""A note about a lead, as it is written on the lead's page."""

from django import forms

from leads.notes import LONGEST_NOTE
from leads.pages.text_fields import Prose


class NoteForm(forms.Form):
    text = Prose(
        label="Note",
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write something first."},
    )
