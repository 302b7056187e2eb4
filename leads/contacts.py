"""By what a person is found again: e-mail first, then phone (CONTRACT.md, section 2, Capture)."""


def email_key(email: str) -> str:
    """The e-mail as it is compared: without case and outer spaces."""
    return email.strip().lower()
