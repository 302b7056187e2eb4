"""What the JSON shows of a lead, in the order of CONTRACT.md, section 1.

A change of any of these moves `updated_at`: the table's trigger compares all but that and the id.
"""

from typing import LiteralString

from leads.models.choices import CONSENT, FACT_FIELDS, ORIGIN_FIELDS

_WHO, _WISHES = FACT_FIELDS[:3], FACT_FIELDS[3:]  # name, e-mail, phone; all the others
SHOWN_FIELDS: tuple[LiteralString, ...] = (
    "id", *_WHO, "status", "score", "source", *_WISHES, *ORIGIN_FIELDS, CONSENT,
    "created_at", "updated_at",
)  # fmt: skip

# The same for a statement by hand, `FROM leads_lead AS lead`. The id is text, as the JSON has it:
# PostgreSQL makes that quicker than Python.
SHOWN_COLUMNS: LiteralString = "lead.id::text AS id_text, " + ", ".join(
    f"lead.{field}" for field in SHOWN_FIELDS[1:]
)
