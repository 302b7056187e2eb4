"""`written_xid` goes: nothing reads it, and nothing has written it since the migration before.

Dropping a column reads no rows, but takes an ACCESS EXCLUSIVE lock for an instant: it waits for the
transactions that use the table, and who comes meanwhile waits behind it. Processes of the version
before ask for the column by name, and fail from then until they are restarted. Backwards it writes
the table anew under that lock.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("conversations", "0008_stamp_updated_at_alone")]

    operations = [migrations.RemoveField("conversation", "written_xid")]
