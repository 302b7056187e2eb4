"""The schemas name the same values as the models, and write them as the contract says."""

from typing import get_args, get_type_hints

import pytest

from conversations.models import ConversationStatus, MessageRole
from leads.models import Lead
from leads.models.choices import Channel, LeadStatus
from leads.models.shown import SHOWN_FIELDS
from sift_site.api import schemas


@pytest.mark.parametrize(
    ("literal", "choices"),
    [
        (schemas.LeadStatus, LeadStatus),
        (schemas.Channel, Channel),
        (schemas.ConversationStatus, ConversationStatus),
        (schemas.MessageRole, MessageRole),
    ],
)
def test_the_values_are_those_of_the_models(literal, choices):
    assert list(get_args(literal)) == choices.values


def test_every_fact_of_a_lead_with_a_set_of_values_names_that_set():
    for field in Lead._meta.get_fields():
        if (
            getattr(field, "choices", None) is None
            or field.name not in schemas.Lead.__annotations__
        ):
            continue
        said = get_type_hints(schemas.Lead)[field.name]  # without what describes it
        literal = next((a for a in get_args(said) if get_args(a)), said)

        assert list(get_args(literal)) == [value for value, _ in field.choices], field.name


def test_a_lead_has_the_fields_that_leads_say_are_shown_in_their_order():
    assert schemas.Lead.__struct_fields__ == SHOWN_FIELDS
