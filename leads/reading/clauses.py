"""What stands around words that were found: denied, of a home they have, of one they were offered.

Each looks at so many characters and no more, however long the message is.
"""

import re

_MOST = 70  # characters on either side
_BREAK = re.compile(
    r"[!?;()\n]|[.,:](?!\d)|\s-\s|(?<!anything )(?<!nothing )\b(?:but|though|although|however"
    r"|whereas|so|because|then)\b"
)
_BREAK_AFTER = re.compile(r"[!?;()\n]|[.,:](?!\d)|\s-\s|\b(?:but|though|although|however)\b")
# Denials that deny nothing of what follows.
_HARMLESS = re.compile(
    r"\b(?:no|not|nothing) (?:more|less|fewer|over|above|under|below|only|just|sure|fussed"
    r"|until|far|too far|before)\b"
    r"|\b(?:don't|do not|wouldn't|dont) (?:mind|forget)\b|\bwhy (?:not|don't we)\b"
    r"|\bno (?:problem|worries|rush|hurry|longer)\b|^\s*(?:no|nope|nah)\s+(?:i|we|it|just|thanks)\b"
)
_DENIAL = re.compile(
    r"\b(?:not|no|never|neither|nor|without|cannot|dont|rather than|instead of|except|other than"
    r"|anything but|avoid|avoiding|ruled out|hate|isnt|cant)\b|n't\b"
)
_WANTING = re.compile(
    r"\b(?:looking|look for|want|wants|wanting|need|needs|needing|search\w{0,3}|after|buy|buying"
    r"|purchase|purchasing|find|interested|prefer|would like|upsiz\w{1,3}|downsiz\w{1,3}|move to"
    r"|moving to|move into|hoping|ideally|hunting|relocating to|to rent)\b|'d (?:like|love)\b"
)
_HAVING = re.compile(
    r"\b(?:my|our|mine|ours|selling|sell|sold|currently|current|present|(?<!to )live in"
    r"|living in|we're in|i'm in|we are in|i am in|lived in"
    r"|lives in|live near|born in|moving from|move from|moving out of|relocating from|moved from"
    r"|coming from|come from|leaving|work in|working in|works in|work near|job in|office in"
    r"|commut\w{1,3} (?:to|from)|bought|grew up|used to|owns?|swap\w{0,4}|letting out|parents"
    r"|daughter|son|mum|dad|(?:i|we) rent|friend|friends|sister|brother|school in|based in)\b"
    r"|\b(?:i|we)(?: already)? have an?(?:\s\w+){0,2}\s*$|'ve got an?(?:\s\w+){0,2}\s*$"
)
_NOW = re.compile(r"\b(?:at the moment|currently|right now|at present|already)\b")
_THE = re.compile(
    r"\b(?:the|that(?! (?:have|has|had|comes?|offers?|is|are|would|will)\b)|this|those|these"
    r"|your|its|it's an?|other)(?:\s[a-z]+)?\s*$"
)
_ASKING_OF_IT = re.compile(
    r"\b(?:does|is|has|was|are|were|did|do)\s(?:it|this|that|they|these|those|the)\b"
    r"|\b(?:it|this one|that one)\s(?:has|have|is|was|says|said)\b"
)


def before(plain: str, start: int) -> str:
    """What stands before, within the clause."""
    window = plain[max(0, start - _MOST) : start]
    cut = 0
    for found in _BREAK.finditer(window):
        cut = found.end()
    return window[cut:]


def after(plain: str, end: int) -> str:
    """What stands after, within the clause."""
    window = plain[end : end + _MOST]
    found = _BREAK_AFTER.search(window)
    return window[: found.start()] if found else window


def is_denied(plain: str, start: int) -> bool:
    """Whether the clause says no to what begins there."""
    return _DENIAL.search(_HARMLESS.sub(" ", before(plain, start))) is not None


def is_had(plain: str, start: int) -> bool:
    """Whether it is of what they have, or of others: "our 2 bed", "selling a flat in Leeds"."""
    if _NOW.search(after(plain, start)[:45]):
        return True
    clause = before(plain, start)
    last = -1
    for found in _HAVING.finditer(clause):
        last = found.end()
    return last >= 0 and not any(found.start() >= last for found in _WANTING.finditer(clause))


def is_question(plain: str, start: int) -> bool:
    """Whether what begins there is asked about in general: "do I need", "how does … work"."""
    around = sentence(plain, start, start + 1)
    if _WONDERING.match(around):
        return True
    return _ASKING.match(around) is not None and around.rstrip().endswith("?")


def wants_nothing(plain: str) -> bool:
    """Whether the message has no word of looking for something, in so much as is looked at."""
    return _WANTING.search(plain, 0, 400) is None


def is_offered(plain: str, start: int) -> bool:
    """Whether it is of a home they were offered or ask about: "the 3 bed", "does it have"."""
    clause = before(plain, start)
    return _THE.search(clause) is not None or _ASKING_OF_IT.search(clause) is not None


def is_wish(plain: str, start: int) -> bool:
    """Whether what begins there may be what they look for."""
    if is_denied(plain, start) or is_offered(plain, start):
        return False
    return not is_had(plain, start)


def sentence(plain: str, start: int, end: int, most: int = 140) -> str:
    """The sentence around a place, or so much of it."""
    first, last = max(0, start - most), min(len(plain), end + most)
    left = max(
        (at.end() + first for at in _STOP.finditer(plain[first:start])),
        default=first,
    )
    found = _STOP.search(plain[end:last])
    return plain[left : end + found.start() + 1 if found else last]


_WONDERING = re.compile(
    r"\W{0,3}(?:and |so |also |but )?(?:how|what|what's|why|who|when|explain)\b(?! about)"
)
_ASKING = re.compile(
    r"\W{0,3}(?:and |so |also |but )?(?:do|does|did|is|are|was|will|would|should|can|has|have)\b"
    r"(?! (?:you have|you got|there any|you do|we use|i use))"
)
_STOP = re.compile(r"[!?\n]|\.(?!\d)")
