"""The e-mail by which an account is known, whatever its spelling."""

from foundation.emails import LONGEST, bare_address


def account_key(typed: str) -> str:
    """What somebody typed to say which account they mean, in the spelling that accounts are told
    apart by: of an address, `email_key` of it.

    Nothing that can be typed is without one, so that tries at what is no address count too. What is
    too long for an address is nobody's, and is counted by its beginning.
    """
    return bare_address(typed.strip()[:LONGEST])[:LONGEST]
