"""The outbox, emptied as the worker does it: letters come into pytest-django's `mailoutbox`."""

from organisations.letters import sending


def send_letters() -> None:
    """Send every letter that is due, the oldest first."""
    while sending.do_one():
        pass
