"""Whether a text is English, as far as reading its words needs to know.

A conversation says which language it is in, but most senders leave that out, and then it says
English. So a text in another language is told by its small words, and by letters that are not
Latin: what is sure to be English or too short to tell is taken for it.
"""

import re

_LOOKED_AT = 400  # characters
_WORDS = re.compile(r"[^\W\d_]+")
_ENGLISH = frozenset({
    "the", "a", "an", "and", "or", "to", "of", "for", "with", "is", "are", "was",
    "be", "we", "i", "you", "it", "my", "our", "your", "in", "on", "at", "have",
    "has", "need", "want", "looking", "look", "like", "would", "can", "could",
    "will", "not", "no", "yes", "but", "by", "if", "this", "that", "do", "does",
    "from", "up", "around", "about", "please", "thanks",
})  # fmt: skip
# Small words of the languages that visitors here write besides, none of which is English.
_OTHERS = frozenset({
    # Polish, Romanian, Lithuanian
    "jest", "nie", "się", "szukam", "chcę", "dla", "mieszkanie", "mieszkania", "dom", "domu",
    "proszę", "jak", "czy", "oraz", "lub", "mam", "caut", "vreau", "pentru", "sau", "este",
    "sunt", "și", "cu", "apartament", "ieškau", "noriu", "butas", "namas",
    # German, Dutch
    "und", "nicht", "der", "das", "ein", "eine", "ich", "wir", "suche", "suchen", "mit", "für",
    "von", "ist", "wohnung", "haus", "zimmer", "het", "een", "voor", "ik", "wij", "zoek", "niet",
    "woning", "huis",
    # French, Spanish, Portuguese, Italian
    "je", "nous", "cherche", "une", "un", "la", "les", "des", "et", "pour", "avec", "maison",
    "appartement", "chambres", "el", "los", "las", "busco", "buscamos", "una", "para", "es",
    "piso", "casa", "quiero", "necesito", "dormitorios", "procuro", "uma", "com", "não", "quartos",
    "estou", "cerco", "cerchiamo", "il", "che", "sono", "camere", "vorrei",
    # Turkish, Welsh, Urdu and Hindi in Latin letters
    "bir", "ve", "için", "evim", "istiyorum", "daire", "arıyorum", "rydw", "chwilio", "tŷ", "mae",
    "mujhe", "chahiye", "ghar",
})  # fmt: skip


def is_english(plain: str) -> bool:
    """Whether English words in it may be read as such."""
    looked_at = plain[:_LOOKED_AT]
    words = _WORDS.findall(looked_at)
    letters = "".join(words)
    if sum(letter > "\u024f" for letter in letters) * 3 > len(letters):
        return False
    other = sum(word in _OTHERS for word in words)
    return other == 0 or other < sum(word in _ENGLISH for word in words)
