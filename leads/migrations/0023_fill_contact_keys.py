"""Fill in the keys of leads that are there already, in batches of their own transaction.

What makes a key is written out here as it was when the keys came to be. A run that was broken off is
completed by the next: leads that have their keys are passed by. Only the keys change: the texts,
and what was scored by them, stay as they are until somebody next says or corrects something.
"""

import re
import unicodedata

import phonenumbers
from django.db import migrations, transaction
from django.db.models import Q
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

BATCH = 2000


def fill(apps, schema_editor):
    unkeyed = Q(email_key=None, email__isnull=False) | Q(phone_key=None, phone__isnull=False)
    leads = apps.get_model("leads", "Lead").objects.filter(unkeyed).order_by("id")
    last = None
    while True:
        rows = leads if last is None else leads.filter(id__gt=last)
        with transaction.atomic():
            # Locked, so that no correction comes in between.
            locked = rows.only("id", "email", "phone").select_for_update()
            batch = list(locked[:BATCH])
            if not batch:
                return
            last = batch[-1].id
            for lead in batch:
                lead.email_key = email_key(lead.email or "")
                lead.phone_key = phone_key(lead.phone or "")
            keyed = [lead for lead in batch if lead.email_key or lead.phone_key]
            leads.model.objects.bulk_update(keyed, ["email_key", "phone_key"])


# --- What nobody sees, and what stands around -----------------------------------------------------
# Quotes, brackets and the like that people and programs put around a contact.
_AROUND = " \"'`´‘’‚‹›“”„«»()[]{}<>,;:!?|"
# Joiners, fillers and variation selectors that Unicode counts as marks and letters.
_WITHOUT_WIDTH = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)


def seen(text):
    if text.isascii() and text.isprintable():
        return text
    plain = _WITHOUT_WIDTH.sub("", unicodedata.normalize("NFKC", text))
    return "".join(map(_plain, plain))


def bare(text):
    return text.lstrip(_AROUND).rstrip(_AROUND + ".")


def _plain(character):
    if character.isspace():
        return " "
    match unicodedata.category(character):
        case "Cf" | "Cc":
            return ""
        case "Pd":
            return "-"
    return "-" if character == "\N{MINUS SIGN}" else character


# --- E-mails -------------------------------------------------------------------------------------
LONGEST = 254  # characters of an address (RFC 5321)

# What is marked as the address among other words: `Ada <ada@example.com>`, `mailto:…?subject=…`.
_MARKED = re.compile(r"(?:mailto:|<(?!mailto:))\s*([^\s<>()|?]+@[^\s<>()|?]+)", re.IGNORECASE)
# Something, one @, and a domain with a dot whose end begins with a letter: no full parser of RFC
# 5321, which would refuse addresses that exist and take quoted ones that nobody has.
_ADDRESS = re.compile(
    r"""
    [^\s@<>()\[\]\\,;:"]+
    @ (?: [^\s@<>()\[\]\\,;:"'!?/|.]+ \. )+
    [^\W\d_] [^\s@<>()\[\]\\,;:"'!?/|.]*
    """,
    re.VERBOSE,
)


def email_key(text):
    plain = seen(text)
    marked = _MARKED.search(plain)
    address = bare(marked[1] if marked else plain)
    key = address.lower() if address.isascii() else _folded(address)
    return key if len(key) <= LONGEST and _ADDRESS.fullmatch(key) else None


def _folded(address):
    # Folding makes `i` and a dot above of the Turkish capital: the dot says nothing more.
    folded = address.casefold().replace("i\N{COMBINING DOT ABOVE}", "i")
    return unicodedata.normalize("NFKC", folded)


# --- Telephone numbers ---------------------------------------------------------------------------
REGION = "GB"  # where a number without a country code is dialled
_HOME_CODE = phonenumbers.country_code_for_region(REGION)
# British numbers have nine or ten digits after the 0, but for a few old ones: a date such as
# 01/06/2026 or a budget such as 1500000 has seven, which libphonenumber calls possible.
_LEAST_DIGITS_AT_HOME = 9

# Words beside a number that say whose or what it is, at its beginning or its end.
_LABEL = (
    r"(?:tele?phone|tel|phone|mobile|mob|cell(?:phone)?|landline|home|work|office|direct"
    r"|whats\s?app|sms|callto|contact|number|num|no|ph|[mthw](?=[\s:.]))"
)
_LABELS_BEFORE = re.compile(rf"^(?:{_LABEL}(?![^\W\d_])[\s:.()\-/]*)+", re.IGNORECASE)
_LABELS_AFTER = re.compile(rf"(?:[\s:.()\-/]+{_LABEL}\b)+[\s:.)]*$", re.IGNORECASE)
_EXTENSION = re.compile(r"[\s,;(]*(?:extension|extn|ext|x|\#)[\s.:=]*([0-9]{1,9})$", re.IGNORECASE)
# What may stand between digits; a letter never does.
_NUMBER = re.compile(r"\(?\+?[0-9 ().\-/_]*")


def phone_key(text):
    return _dialled(text.strip())


def _dialled(text):
    digits, extension = _parts(text)
    if not _NUMBER.fullmatch(digits):
        return None
    number = _read(digits)
    if number is None or _is_placeholder(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) + (
        f";ext={extension}" if extension else ""
    )


def _parts(text):
    plain = "".join(map(_ascii_digit, bare(seen(text))))
    number = _LABELS_AFTER.sub("", _LABELS_BEFORE.sub("", plain))
    before, extension, *_ = [*_EXTENSION.split(number, maxsplit=1), ""]
    return bare(before), extension


def _read(digits):
    number = _parse(digits)
    if number is not None and _is_full(number):
        return number
    with_plus = _parse(f"+{digits}") if "+" not in digits else None
    return with_plus if with_plus and phonenumbers.is_valid_number(with_plus) else None


def _parse(digits):
    try:
        return phonenumbers.parse(digits, REGION)
    except NumberParseException:
        return None


def _is_full(number):
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != ValidationResult.IS_POSSIBLE:
        return False
    short = len(phonenumbers.national_significant_number(number)) < _LEAST_DIGITS_AT_HOME
    at_home = number.country_code == _HOME_CODE
    return not (at_home and short) or phonenumbers.is_valid_number(number)


def _is_placeholder(number):
    national = phonenumbers.national_significant_number(number)
    return len(set(national[1:])) == 1


def _ascii_digit(character):
    return str(int(character)) if character.isdecimal() else character


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "0022_contact_keys")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
