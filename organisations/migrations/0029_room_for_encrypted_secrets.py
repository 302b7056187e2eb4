"""Room for authenticator secrets that are encrypted.

The version before asks for the column by its old name: from here to its restart a second step
fails there.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organisations", "0028_no_drift")]

    operations = [
        migrations.RenameField("authenticator", "secret", "encrypted_secret"),
        migrations.AlterField("authenticator", "encrypted_secret", models.TextField()),
    ]
