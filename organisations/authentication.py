"""Signing in by e-mail, and what every later request of a session checks again."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from organisations.models import User


class EmailBackend(ModelBackend):
    """Django's backend for people who belong to an organisation.

    A deactivated person, or one of a closed organisation, neither signs in nor keeps a session:
    person and organisation come with one statement on each request.
    """

    def user_can_authenticate(self, user: Any) -> bool:
        return bool(user.may_sign_in)

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.select_related("organisation").filter(pk=user_id).first()
        return user if user is not None and user.may_sign_in else None
