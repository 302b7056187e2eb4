"""Make anew what conversations are found by, in batches of their own transaction.

Names, numbers and postcodes came to be found in every spelling. Safe to run again: what stands
already is not written. The version before reads and writes meanwhile: what it looks for is stored
still, but for words of the few letters that are folded since then. What it writes has the old words
until `manage.py renew_search` is run.
"""

import base64
from collections import defaultdict

from django.db import migrations, transaction

from leads.migrations._words import LONGEST, quoted, stored, write

BATCH = 500
# A tsvector holds 1 MiB of words, and numbers up to this.
MOST_BYTES = 1_000_000
LAST_NUMBER = 16_383
NEVER_TOO_MANY = 2_500  # words, whatever their length


def document(conversation, contents):
    """What the column holds, as the text of a tsvector.

    Each word with the number of the first message that has it, and the languages, all marked as
    the agency's.
    """
    mark = base64.urlsafe_b64encode(conversation.organisation_id.bytes[-6:]).decode()
    first = {}
    for position in range(len(contents) - 1, -1, -1):
        number = min(position + 1, LAST_NUMBER)
        first.update(dict.fromkeys(stored(contents[position]), number))
    spelled = [f"'{mark}{word[:LONGEST]}':{number}" for word, number in first.items()]
    if len(spelled) > NEVER_TOO_MANY:
        spelled = list(that_fit(spelled))
    codes = [code.lower() for code in conversation.languages_used]
    return " ".join([*spelled, *(quoted(f"{mark}=language:{code}") for code in codes)])


def that_fit(spelled):
    room = MOST_BYTES
    for lexeme in spelled:
        room -= len(lexeme.encode())
        if room < 0:
            return
        yield lexeme


def renew(apps, schema_editor):
    conversations = apps.get_model("conversations", "Conversation").objects.order_by("id")
    rows = conversations.only("organisation_id", "languages_used")
    messages = apps.get_model("conversations", "Message").objects
    last = None
    while True:
        following = rows if last is None else rows.filter(id__gt=last)
        with transaction.atomic():
            # Locked, so that no message comes in between.
            batch = list(following.select_for_update()[:BATCH])
            if not batch:
                return
            last = batch[-1].id
            of_batch = messages.filter(
                organisation__in={row.organisation_id for row in batch}, conversation__in=batch
            )
            told = defaultdict(list)
            in_order = of_batch.order_by("conversation", "position")
            for id_, content in in_order.values_list("conversation_id", "content"):
                told[id_].append(content)
            made = [(row.id, document(row, told[row.id])) for row in batch if row.id in told]
            write("conversations_conversation", made)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("conversations", "0009_drop_written_xid"),
        ("leads", "0024_contact_key_indexes"),
    ]

    operations = [migrations.RunPython(renew, migrations.RunPython.noop)]
