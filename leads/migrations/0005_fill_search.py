"""Fill the search column of leads that are there already, in batches of their own transaction."""

import re
import unicodedata

from django.db import migrations, transaction

BATCH = 1000
LONGEST = 80  # characters of a lexeme
UNFOLDED = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"}
FACETS = (
    "intent", "property_type", "timeline", "chain_status", "financing_status",
    "buyer_scheme", "stamp_duty_position",
)  # fmt: skip


def document(lead):
    """What the column holds, as the text of a tsvector: lexemes, each marked as its agency's."""
    mark = f"{lead.organisation_id.hex[-12:]}/"
    said = fold(" ".join(filter(None, (lead.name, lead.area, lead.summary, lead.email))))
    joined = re.sub("['’‘`]", "", said)  # O'Brien is asked for as one word and as two
    words = re.findall(r"\w+", f"{said} {joined}")
    lexemes = {word[:LONGEST] for word in words}
    if lead.email:
        lexemes.add(f"@{fold(lead.email).strip().lower()}"[:LONGEST])
    if lead.phone and (digits := national(lead.phone)):
        lexemes.add(f"+{digits}")
    lexemes |= {f"={name}:{getattr(lead, name)}" for name in FACETS if getattr(lead, name)}
    lexemes |= {
        f"=viewing_requested:{'yes' if lead.viewing_requested else 'no'}",
        f"=source:{lead.source}",
        f"=temperature:{temperature(lead.score)}",
        "=assignee:none",
    }
    return " ".join(quoted(mark + lexeme) for lexeme in lexemes)


def fold(text):
    """The text without regard to case and accents, and without what has no width."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(
        UNFOLDED.get(letter, letter)
        for letter in letters
        if not unicodedata.combining(letter) and unicodedata.category(letter) != "Cf"
    )


def national(number):
    """The digits by which a number is the same in every spelling."""
    digits = re.sub(r"\(0\)|[^0-9]", "", number).removeprefix("00")
    if digits.startswith("44") and len(digits) > 10:
        digits = digits[2:]
    return digits.removeprefix("0")[:LONGEST]


def temperature(score):
    if score is None:
        return "none"
    return "hot" if score >= 70 else "warm" if score >= 40 else "cold"


def quoted(lexeme):
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def fill(apps, schema_editor):
    leads = apps.get_model("leads", "Lead").objects.order_by("id")
    last = None
    while True:
        rows = leads.filter(search="") if last is None else leads.filter(search="", id__gt=last)
        batch = list(rows.defer("search")[:BATCH])
        if not batch:
            return
        last = batch[-1].id
        with transaction.atomic():
            for lead in batch:
                lead.search = document(lead)
            leads.bulk_update(batch, ["search"])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "0004_same_agency_and_tally")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
