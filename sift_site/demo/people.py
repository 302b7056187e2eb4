"""Names as they are met in British towns, by the languages that their bearers may write in."""

import unicodedata
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Origin:
    """Given and family names that go together; `share` is their part in a hundred people."""

    share: int
    languages: tuple[str, ...]  # BCP 47, besides English
    given: tuple[str, ...]
    family: tuple[str, ...]


ORIGINS = (
    Origin(46, (),
           ("Amelia", "Oliver", "Charlotte", "George", "Sophie", "Harry", "Emily", "Jack", "Hannah",
            "Thomas", "Lucy", "James", "Megan", "Daniel", "Rebecca", "Matthew", "Laura", "Ben"),
           ("Hughes", "Carter", "Bennett", "Walker", "Turner", "Foster", "Parsons", "Whitaker",
            "Marsh", "Hartley", "Dawson", "Pritchard", "Lowe", "Barrett", "Chambers", "Ellis")),
    Origin(6, ("cy",),
           ("Rhys", "Cerys", "Gethin", "Angharad", "Dylan", "Ffion", "Siân", "Iwan"),
           ("Evans", "Griffiths", "Llewellyn", "Morgan", "Powell", "Rees", "Vaughan")),
    Origin(6, (),
           ("Eilidh", "Callum", "Niamh", "Fergus", "Catriona", "Aoife", "Ruaridh", "Saoirse"),
           ("MacLeod", "Fraser", "O'Neill", "Buchanan", "Sinclair", "Doherty", "Gallagher")),
    Origin(7, ("pl",),
           ("Agnieszka", "Łukasz", "Katarzyna", "Paweł", "Magdalena", "Tomasz", "Zofia"),
           ("Nowak", "Wójcik", "Kamińska", "Zieliński", "Wiśniewska", "Mazur", "Dąbrowski")),
    Origin(5, ("ro",),
           ("Andreea", "Mihai", "Ioana", "Ștefan", "Elena", "Radu", "Bianca"),
           ("Popescu", "Ionescu", "Dumitru", "Munteanu", "Stoica", "Rusu")),
    Origin(7, ("ur",),
           ("Ayesha", "Bilal", "Fatima", "Imran", "Zainab", "Usman", "Hira"),
           ("Khan", "Malik", "Hussain", "Qureshi", "Chaudhry", "Mirza")),
    Origin(8, (),
           ("Priyanka", "Arjun", "Ananya", "Rohan", "Kavita", "Vikram", "Nisha", "Harpreet"),
           ("Patel", "Sharma", "Singh", "Desai", "Nair", "Kaur", "Reddy")),
    Origin(6, (),
           ("Chidi", "Adaeze", "Kwame", "Abena", "Tunde", "Folake", "Kofi", "Ngozi"),
           ("Okafor", "Mensah", "Adeyemi", "Boateng", "Eze", "Balogun", "Owusu")),
    Origin(4, ("ar",),
           ("Layla", "Omar", "Noor", "Yusuf", "Mariam", "Karim", "Salma"),
           ("Haddad", "Al-Masri", "Nasser", "Khoury", "Mansour", "Aziz")),
    Origin(3, ("es",),
           ("Lucía", "Javier", "Carmen", "Álvaro", "Inés", "Diego"),
           ("García", "Fernández", "Romero", "Navarro", "Ortega")),
    Origin(2, ("fr",),
           ("Camille", "Julien", "Élodie", "Mathieu", "Chloé"),
           ("Lefèvre", "Moreau", "Dubois", "Girard", "Fournier")),
)  # fmt: skip

_PLAIN = str.maketrans({"Ł": "L", "ł": "l", "'": None})


@cache
def plain(name: str) -> str:
    """The name in small letters without accents, as people write it in an e-mail address."""
    folded = unicodedata.normalize("NFKD", name.translate(_PLAIN))
    return folded.encode("ascii", "ignore").decode("ascii").lower()
