"""What the JSON shows of a lead, in the order of CONTRACT.md, section 1.

A change of any of these moves `updated_at`: the table's trigger compares all but that and the id.
"""

from typing import LiteralString

SHOWN_FIELDS: tuple[LiteralString, ...] = (
    "id", "name", "email", "phone", "status", "score", "source", "summary", "intent", "budget_min",
    "budget_max", "bedrooms_min", "bedrooms_max", "area", "property_type", "timeline",
    "chain_status", "financing_status", "buyer_scheme", "stamp_duty_position", "viewing_requested",
    "created_at", "updated_at",
)  # fmt: skip

# The same for a statement by hand, `FROM leads_lead AS lead`. The id is text, as the JSON has it:
# PostgreSQL makes that quicker than Python.
SHOWN_COLUMNS: LiteralString = "lead.id::text AS id_text, " + ", ".join(
    f"lead.{field}" for field in SHOWN_FIELDS[1:]
)
