"""Names of agencies, people and keys as they stand in letters.

Whoever invites a stranger chooses both names that the stranger reads, and Sift's own server sends
them. So a name is set off from Sift's words, and holds nothing that a mail program makes a link of.
"""

import re

_QUOTES = str.maketrans(dict.fromkeys('“”„‟"', "'"))  # they would end ours
# A dot, also one of other scripts that stands for it in the name of a host, before a letter.
_DOT_IN_A_HOST = re.compile(r"(?<=\S)([.\u3002\uff0e\uff61])(?=[^\W\d_])")


def quoted(name: str) -> str:
    """`“Ada Byrne”`, and `“www. evil. example”` for a name that is an address."""
    apart = _DOT_IN_A_HOST.sub(r"\1 ", name.replace("://", ": //"))
    return f"“{apart.translate(_QUOTES)}”"
