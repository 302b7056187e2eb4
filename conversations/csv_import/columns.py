"""What the columns of a file may be, and what their heads say they are."""

import re
from collections.abc import Sequence

# By its name what a column may be, and by which heads it is known besides.
FIELDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "name": ("Name", ("full name", "contact", "contact name", "customer", "client", "lead")),
    "first_name": ("First name", ("forename", "given name", "firstname")),
    "last_name": ("Last name", ("surname", "family name", "lastname")),
    "email": ("E-mail", ("email", "email address", "mail", "e mail address")),
    "phone": ("Phone", ("telephone", "mobile", "phone number", "tel", "mobile number", "cell")),
    "message": ("What they wrote", ("message", "enquiry", "inquiry", "comments", "comment")),
    "summary": ("Summary", ("notes", "note", "description", "details")),
    "started_at": ("When", ("date", "created", "created at", "date created", "enquiry date",
                            "received", "time", "timestamp")),
    "channel": ("Channel", ("source", "medium")),
    "intent": ("Intent", ("buy or rent", "sale or let", "buying or renting")),
    "budget_min": ("Budget from", ("min budget", "minimum budget", "min price", "price from")),
    "budget_max": ("Budget up to", ("budget", "max budget", "maximum budget", "max price",
                                    "price", "price to")),
    "bedrooms_min": ("Bedrooms from", ("bedrooms", "beds", "min beds", "min bedrooms")),
    "bedrooms_max": ("Bedrooms up to", ("max beds", "max bedrooms")),
    "area": ("Area", ("location", "town", "postcode", "areas", "preferred area")),
    "property_type": ("Property type", ("type", "house type")),
    "timeline": ("Timeline", ("timescale", "when moving")),
    "chain_status": ("Chain", ("chain position",)),
    "financing_status": ("Financing", ("mortgage", "finance", "mortgage status")),
    "external_id": ("Its own id", ("id", "reference", "ref", "external id", "lead id")),
}  # fmt: skip
LEFT_OUT = ""


def guess(heads: Sequence[str]) -> list[str]:
    """What each column is, each thing once; blank where its head says nothing that is known."""
    known = {
        _plain(word): field
        for field, (label, others) in FIELDS.items()
        for word in (field, label, *others)
    }
    fields: list[str] = []
    for head in heads:
        field = known.get(_plain(head), LEFT_OUT)
        fields.append(LEFT_OUT if field in fields else field)
    return fields


def _plain(head: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", head.casefold()))
