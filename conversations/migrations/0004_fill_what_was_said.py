"""Sum up conversations that are there already, in batches of their own transaction."""

import base64
import re
import unicodedata
from collections import defaultdict

from django.db import migrations, transaction

BATCH = 500
LONGEST_LAST_WORDS = 200  # characters
LONGEST = 80  # characters of a lexeme
# A tsvector holds 1 MiB of words, and numbers up to this.
MOST_BYTES = 1_000_000
LAST_NUMBER = 16_383
NEVER_TOO_MANY = 2_500  # words, whatever their length
UNFOLDED = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"}


def sum_up(row, messages):
    """Set what the row keeps of its messages, which are in the order of their positions."""
    contents = [message.content for message in messages]
    _, last = max((message.created_at, position) for position, message in enumerate(messages))
    row.message_count = len(messages)
    row.last_words = contents[last][:LONGEST_LAST_WORDS]
    row.search = document(row.organisation_id, contents, row.languages_used)


def document(organisation_id, contents, languages):
    """What the search column holds, as the text of a tsvector.

    Each word with the number of the first message that has it, and the languages, all marked as
    the agency's.
    """
    mark = base64.urlsafe_b64encode(organisation_id.bytes[-6:]).decode()
    first = {}
    for position in range(len(contents) - 1, -1, -1):
        number = min(position + 1, LAST_NUMBER)
        first.update(dict.fromkeys(words(contents[position]), number))
    spelled = [f"'{mark}{word[:LONGEST]}':{number}" for word, number in first.items()]
    if len(spelled) > NEVER_TOO_MANY:
        spelled = list(that_fit(spelled))
    spelled += [quoted(f"{mark}=language:{language.lower()}") for language in languages]
    return " ".join(spelled)


def words(content):
    """The words, folded; O'Brien as one word and as two."""
    folded = fold(content)
    joined = re.sub("['’‘`]", "", folded)
    return re.findall(r"\w+", folded if joined == folded else f"{folded} {joined}")


def fold(text):
    """The text without regard to case and accents, and without what has no width."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(
        UNFOLDED.get(letter, letter)
        for letter in letters
        if not unicodedata.combining(letter) and unicodedata.category(letter) != "Cf"
    )


def that_fit(spelled):
    room = MOST_BYTES
    for lexeme in spelled:
        room -= len(lexeme.encode())
        if room < 0:
            return
        yield lexeme


def quoted(lexeme):
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def fill(apps, schema_editor):
    conversations = apps.get_model("conversations", "Conversation").objects
    messages = apps.get_model("conversations", "Message").objects
    languages = apps.get_model("conversations", "ConversationLanguage").objects
    last = None
    noted = set()
    while True:
        rows = conversations.filter(message_count=0).order_by("id")
        with transaction.atomic():
            # Locked, so that no message comes in between.
            batch = list(
                (rows if last is None else rows.filter(id__gt=last)).select_for_update()[:BATCH]
            )
            if not batch:
                return
            last = batch[-1].id
            told = defaultdict(list)
            of_batch = messages.filter(
                organisation__in={row.organisation_id for row in batch}, conversation__in=batch
            )
            for message in of_batch.order_by("conversation", "position"):
                told[message.conversation_id].append(message)
            for row in batch:
                if row.id in told:
                    sum_up(row, told[row.id])
            conversations.bulk_update(batch, ["message_count", "last_words", "search"])
            codes = {
                (row.organisation_id, code.lower()) for row in batch for code in row.languages_used
            }
            languages.bulk_create(
                languages.model(organisation_id=owner, code=code)
                for owner, code in sorted(codes - noted)
            )
            noted |= codes


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("conversations", "0003_what_was_said")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
