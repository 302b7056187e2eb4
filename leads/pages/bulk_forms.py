"""What a person asks for when they change many leads at once."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

from foundation.ids import parse_uuid, uuid7
from foundation.lists.paging import MOST_COUNTED
from leads.as_shown import Shown
from leads.assignment import assignable
from leads.bulk import Assign, Chosen, Move
from leads.models.choices import PERSON_STATUSES, LeadStatus
from organisations.actors import Actor
from organisations.models import Organisation, User

MOST_CHOSEN = 500  # more than any page shows
NOBODY = "nobody"
CHOOSE_A_STATUS = "Choose where to move the leads."
CHOOSE_A_PERSON = "Choose to whom the leads go."
CHOOSE_LEADS = "Select the leads first: tick the boxes of their rows."
NOT_UNDERSTOOD = "The page did not say which leads are meant. Reload it and choose again."


class ShownForm(forms.Form):
    """When the list was made on which a person chose, and how many leads it said match."""

    made = forms.UUIDField(required=False, error_messages={"invalid": NOT_UNDERSTOOD})
    said = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MOST_COUNTED,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), NOT_UNDERSTOOD),
    )

    def shown(self, by: Actor) -> Shown:
        """The list as the person chose on it; this moment's where the page did not say when."""
        return Shown(self.cleaned_data["made"] or uuid7(), by, self.cleaned_data["said"])


class BulkForm(ShownForm):
    """What is to become of the leads, and which leads are meant.

    `lead` holds those chosen by their boxes, as the row shows them: id, status and assignee. With
    `scope` "matching" it is all that the filters in `back`, the list's address, let through, as
    they were shown; `agreed` answers the question that is put where they are many. Once valid,
    `cleaned_data` has the `change`, and `chosen` where leads were chosen by their boxes.
    """

    act = forms.ChoiceField(
        choices=[("move", "Move"), ("assign", "Assign")],
        error_messages={
            "required": "Choose what to do with the leads.",
            "invalid_choice": "Choose what to do with the leads.",
        },
    )
    to_status = forms.ChoiceField(
        choices=[(status.value, status.label) for status in PERSON_STATUSES],
        required=False,
        error_messages={
            "invalid_choice": "Leads cannot be moved to “%(value)s”. Choose one of those offered."
        },
    )
    to_person = forms.CharField(required=False)
    scope = forms.CharField(required=False)
    back = forms.CharField(required=False, max_length=4000)
    agreed = forms.BooleanField(required=False)

    def __init__(self, data: QueryDict, organisation: Organisation) -> None:
        super().__init__(data)
        self.organisation = organisation

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if said.get("act") == "move" and "to_status" in said:
            if said["to_status"]:
                said["change"] = Move(LeadStatus(said["to_status"]))
            else:
                self.add_error("to_status", CHOOSE_A_STATUS)
        elif said.get("act") == "assign":
            self._read_assignee(said.get("to_person", ""))
        if not self.is_of_all_matching:
            self._read_chosen()
        return said

    @property
    def is_of_all_matching(self) -> bool:
        return self.cleaned_data.get("scope") == "matching"

    @property
    def faults(self) -> list[str]:
        return [str(fault) for faults in self.errors.values() for fault in faults]

    @property
    def query(self) -> QueryDict:
        """The list's address when the leads were chosen."""
        return QueryDict(self.cleaned_data.get("back", ""))

    def _read_assignee(self, said: str) -> None:
        person: User | None = None
        if said != NOBODY:
            id_ = parse_uuid(said)
            person = assignable(self.organisation).filter(id=id_).first() if id_ else None
            if person is None:
                self.add_error("to_person", CHOOSE_A_PERSON)
                return
        self.cleaned_data["change"] = Assign(person)

    def _read_chosen(self) -> None:
        values = self.data.getlist("lead")  # type: ignore[attr-defined]  # a QueryDict
        if not values:
            self.add_error(None, CHOOSE_LEADS)
        elif len(values) > MOST_CHOSEN:
            self.add_error(None, f"At most {MOST_CHOSEN} leads can be selected one by one.")
        else:
            chosen = [_read_choice(value) for value in values]
            self.cleaned_data["chosen"] = chosen
            if None in chosen:
                self.add_error(None, NOT_UNDERSTOOD)


def _read_choice(value: str) -> Chosen | None:
    """`id status assignee` as the row's box says it; None where it does not."""
    id_text, _, rest = value.partition(" ")
    status, _, assignee = rest.partition(" ")
    id_: UUID | None = parse_uuid(id_text)
    if id_ is None or status not in LeadStatus.values:
        return None
    return Chosen(id_, status, parse_uuid(assignee))
