"""What a person wants to be told of, and how: columns of the person's own row."""

from django.db import models


def _choice(*, is_usual: bool = False) -> models.BooleanField:  # type: ignore[type-arg]
    return models.BooleanField(default=is_usual, db_default=is_usual)


class HasAlertChoices(models.Model):
    """A person's columns of it. Nobody is written to who did not ask for it."""

    letter_of_hot_leads = _choice()
    letter_of_assigned = _choice()
    letter_of_follow_ups = _choice()
    hot_in_title = _choice(is_usual=True)
    hot_notifications = _choice()
    hot_sound = _choice()
    follow_ups_told_on = models.DateField(
        null=True, help_text="the last morning on which follow-ups were looked through"
    )

    class Meta:
        abstract = True

    @property
    def hot_told_by(self) -> str:
        """The ways, for the script that tells."""
        ways = {
            "title": self.hot_in_title,
            "notification": self.hot_notifications,
            "sound": self.hot_sound,
        }
        return " ".join(way for way, is_wanted in ways.items() if is_wanted)

    @property
    def hears_of_hot_leads(self) -> bool:
        """While a page is open, also where it is behind another."""
        return bool(self.hot_notifications or self.hot_sound)
