"""The database has what the apps' `triggers.py` say, to the letter, and no trigger besides."""

import re

import pytest
from django.db import connection

from conversations.triggers import TRIGGERS as OF_CONVERSATIONS
from leads.triggers import TRIGGERS as OF_LEADS
from organisations.triggers import TRIGGERS as OF_ORGANISATIONS

FUNCTIONS = """
    SELECT oid::regprocedure::text, pg_get_functiondef(oid) FROM pg_proc
     WHERE pronamespace = current_schema()::regnamespace
"""
TRIGGERS = """
    SELECT tgrelid::regclass::text || ' ' || tgname, pg_get_triggerdef(pg_trigger.oid)
      FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
     WHERE relnamespace = current_schema()::regnamespace AND NOT tgisinternal
"""


@pytest.mark.django_db
def test_functions_and_triggers_are_those_of_the_apps_word_for_word():
    functions, triggers = asked(FUNCTIONS), asked(TRIGGERS)

    with connection.cursor() as cursor:
        for function in functions:
            cursor.execute(f"DROP FUNCTION {function} CASCADE")
        assert not asked(TRIGGERS)
        for text in (*OF_ORGANISATIONS, *OF_LEADS, *OF_CONVERSATIONS):
            cursor.execute(text)

    assert asked(FUNCTIONS) == functions
    assert asked(TRIGGERS) == triggers


def asked(query: str) -> dict[str, str]:
    """The definitions that the database gives, by name."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name: without_layout(text) for name, text in cursor.fetchall()}


def without_layout(text: str) -> str:
    """The text with one space for any white space, and none beside brackets and commas."""
    return re.sub(r" ?([(),;]) ?", r"\1", " ".join(text.split()))
