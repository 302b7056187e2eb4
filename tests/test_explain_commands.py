"""The commands that show what pages ask of the database run to their end, and print its plans."""

import io

import pytest
from django.core.management import call_command

from tests.factories import make_conversation, make_lead


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("explain_lists", "| `?q=khan` |"),
        ("explain_conversations", "| find of 60 messages |"),
        ("explain_conversations", "### find\n```\n"),  # what its cursor reads
        ("explain_overview", "| 12 months |"),
    ],
)
def test_a_view_is_shown_with_its_cost_and_plans(agency, admin, command, shown):
    make_lead(agency, name="Usman Khan", area="Leeds")
    make_conversation(agency, messages=60)
    out = io.StringIO()

    call_command(command, agency.slug, plans=True, stdout=out)

    assert shown in out.getvalue()
    assert "Execution Time" in out.getvalue()
