"""Make anew what leads are found by, in batches of their own transaction.

Names, e-mails, numbers and postcodes came to be found in every spelling. Safe to run again: what
stands already is not written. The version before reads and writes meanwhile: what it looks for is
stored still, but for words of the few letters that are folded since then. What it writes has the
old words until the lead changes or `manage.py renew_search` is run.
"""

import re
import unicodedata

from django.db import migrations, transaction

from leads.migrations._words import LONGEST, fold, national, quoted, seen, stored, write

BATCH = 1000
LONGEST_ADDRESS = 254  # characters (RFC 5321)
FACETS = (
    "intent", "property_type", "timeline", "chain_status", "financing_status",
    "buyer_scheme", "stamp_duty_position",
)  # fmt: skip
READ = (
    "organisation_id", "name", "area", "summary", "email", "phone", "phone_key", "source", "score",
    "assignee_id", "viewing_requested", *FACETS,
)  # fmt: skip


def document(lead):
    """What the column holds, as the text of a tsvector: lexemes, each marked as its agency's."""
    mark = f"{lead.organisation_id.hex[-12:]}/"
    said = ", ".join(filter(None, (lead.name, lead.area, lead.summary, lead.email)))
    found = {*stored(said), *e_mails(fold(said)), *numbers(lead.phone or "", lead.phone_key)}
    facets = {f"={name}:{getattr(lead, name)}" for name in FACETS if getattr(lead, name)} | {
        f"=viewing_requested:{'yes' if lead.viewing_requested else 'no'}",
        f"=source:{lead.source}",
        f"=temperature:{temperature(lead.score)}",
        f"=assignee:{lead.assignee_id or 'none'}",
    }
    lexemes = {word[:LONGEST] for word in found} | facets
    return " ".join(quoted(mark + lexeme) for lexeme in lexemes)


def numbers(phone, key):
    """Its digits from the first, with the extension, and from the last; its words if no number."""
    number, sign, extension = (key or phone).partition(";ext=")
    digits = national(number)
    found = [] if key else stored(phone)
    return [*found, f"+{digits}{sign}{extension}", f"~{digits[::-1]}"] if digits else found


def e_mails(folded):
    chunks = re.split(r"[\s,;]+", folded) if "@" in folded else []
    return [f"@{address(chunk[:LONGEST_ADDRESS])}" for chunk in chunks if "@" in chunk.strip("@")]


_AROUND = " \"'`´‘’‚‹›“”„«»()[]{}<>,;:!?|"
_MARKED = re.compile(r"(?:mailto:|<(?!mailto:))\s*([^\s<>()|?]+@[^\s<>()|?]+)", re.IGNORECASE)


def address(text):
    plain = seen(text)
    marked = _MARKED.search(plain)
    bare = (marked[1] if marked else plain).lstrip(_AROUND).rstrip(_AROUND + ".")
    if bare.isascii():
        return bare.lower()
    folded = bare.casefold().replace("i\N{COMBINING DOT ABOVE}", "i")
    return unicodedata.normalize("NFKC", folded)


def temperature(score):
    if score is None:
        return "none"
    return "hot" if score >= 70 else "warm" if score >= 40 else "cold"


def renew(apps, schema_editor):
    leads = apps.get_model("leads", "Lead").objects.order_by("id").only(*READ)
    last = None
    while True:
        rows = leads if last is None else leads.filter(id__gt=last)
        with transaction.atomic():
            # Locked, so that no correction comes in between.
            batch = list(rows.select_for_update()[:BATCH])
            if not batch:
                return
            last = batch[-1].id
            write("leads_lead", [(lead.id, document(lead)) for lead in batch])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "0024_contact_key_indexes")]

    operations = [migrations.RunPython(renew, migrations.RunPython.noop)]
