"""No secret of an app is stored as it is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organisations", "0030_encrypt_authenticator_secrets")]

    operations = [
        migrations.AddConstraint(
            "authenticator",
            models.CheckConstraint(
                name="organisations_authenticator_encrypted_secret_no_plain_text",
                condition=models.Q(("encrypted_secret__startswith", "gAAAAA")),
            ),
        )
    ]
