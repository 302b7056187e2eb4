"""Words as a full-text index keeps them: each marked as one organisation's.

A tsvector's lexemes are made here in Python, each beginning with its organisation's tag, so that an
index scan reads one agency's hits alone (CONTRACT.md, section 1: other agencies' hits are never
filtered out afterwards). PostgreSQL 15 without extensions folds no accents, which is why this and
the folding (foundation/words.py) are Python's work and a stored column.
"""

import base64
from uuid import UUID

from django.contrib.postgres.search import SearchQueryField
from django.db.models import BooleanField, F, Func, Value
from django.db.models.functions import Cast


def tag(organisation_id: UUID) -> str:
    """What an organisation's lexemes begin with: the random end of its id."""
    return f"{organisation_id.hex[-12:]}/"


def short_tag(organisation_id: UUID) -> str:
    """The same in eight characters, for where there are many lexemes a row.

    All have that length, so that none is the beginning of another; none has a quote or a backslash.
    """
    return base64.urlsafe_b64encode(organisation_id.bytes[-6:]).decode()


def quoted(lexeme: str) -> str:
    """The lexeme as tsvectors and tsqueries spell it."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


class Matches(Func):
    """The condition that `search` matches a tsquery, which is taken as it stands.

    Django's own SearchQuery would send it through a text-search configuration, which takes the
    lexemes apart again.
    """

    template = "%(expressions)s"
    arg_joiner = " @@ "
    output_field = BooleanField()

    def __init__(self, asked: str) -> None:
        super().__init__(F("search"), Cast(Value(asked), SearchQueryField()))


class MatchesWhenRead(Matches):
    """The same condition, asked of rows that something else has found: never of the index.

    PostgreSQL reads no index for `IS TRUE`. It thinks the index cheaper for common words than it
    is, and would collect a hundred thousand hits to look at the newest few thousand rows.
    """

    template = "(%(expressions)s) IS TRUE"
