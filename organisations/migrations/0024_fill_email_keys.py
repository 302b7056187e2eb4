"""Fill in the keys by which e-mails are compared.

Until now addresses that differ in more than the case of their letters were two accounts, though
people see one (`ada@example.com`, and the same with full-width letters). Such twins are decided by
whoever runs Sift: this migration names them and stops, and nothing is changed. Give all but one
another e-mail (`UPDATE organisations_user SET email = … WHERE id = …`), or withdraw all but one of
an agency's open invitations, and migrate again. What makes a key is written out here as it was when
the keys came to be.
"""

import re
import unicodedata
from collections import defaultdict

from django.db import migrations


class TwoOfOneKey(Exception):
    """Which rows are one by their keys; nothing was changed."""


def fill(apps, schema_editor):
    """Key every row, people's and invitations'; TwoOfOneKey where two that stand would be one."""
    people = list(apps.get_model("organisations", "User").objects.select_for_update())
    invitations = list(apps.get_model("organisations", "Invitation").objects.select_for_update())
    for row in (*people, *invitations):
        row.email_key = account_key(row.email)
    refuse_twins("people", [(row, row.email_key) for row in people])
    refuse_twins(
        "open invitations",
        [
            (row, (row.organisation_id, row.email_key))
            for row in invitations
            if row.accepted_at is None and row.withdrawn_at is None
        ],
    )
    for rows in (people, invitations):
        for row in rows:
            row.save(update_fields=["email_key"])


def refuse_twins(what, keys):
    """TwoOfOneKey, naming e-mails and ids, where rows have equal keys; `keys` pairs both."""
    rows_of = defaultdict(list)
    for row, key in keys:
        rows_of[key].append(row)
    twins = [rows for rows in rows_of.values() if len(rows) > 1]
    if twins:
        named = "; ".join(
            " and ".join(f"{row.email!r} ({row.id})" for row in rows) for rows in twins
        )
        raise TwoOfOneKey(f"These {what} have one e-mail in several spellings: {named}.")


# --- What makes a key ----------------------------------------------------------------------------
LONGEST = 254  # characters of an address (RFC 5321)
# Quotes, brackets and the like that people and programs put around a contact.
_AROUND = " \"'`´‘’‚‹›“”„«»()[]{}<>,;:!?|"
# Joiners, fillers and variation selectors that Unicode counts as marks and letters.
_WITHOUT_WIDTH = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
# What is marked as the address among other words: `Ada <ada@example.com>`, `mailto:…?subject=…`.
_MARKED = re.compile(r"(?:mailto:|<(?!mailto:))\s*([^\s<>()|?]+@[^\s<>()|?]+)", re.IGNORECASE)


def account_key(typed):
    plain = seen(typed.strip()[:LONGEST])
    marked = _MARKED.search(plain)
    address = (marked[1] if marked else plain).lstrip(_AROUND).rstrip(_AROUND + ".")
    if address.isascii():
        return address.lower()
    folded = address.casefold().replace("i\N{COMBINING DOT ABOVE}", "i")
    return unicodedata.normalize("NFKC", folded)[:LONGEST]


def seen(text):
    if text.isascii() and text.isprintable():
        return text
    plain = _WITHOUT_WIDTH.sub("", unicodedata.normalize("NFKC", text))
    return "".join(map(_plain, plain))


def _plain(character):
    if character.isspace():
        return " "
    match unicodedata.category(character):
        case "Cf" | "Cc":
            return ""
        case "Pd":
            return "-"
    return "-" if character == "\N{MINUS SIGN}" else character


class Migration(migrations.Migration):
    dependencies = [("organisations", "0023_email_keys")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
