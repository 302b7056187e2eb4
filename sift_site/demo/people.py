"""Names as they are met in British towns, by the languages that their bearers may write in."""

import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property

Names = tuple[str, ...]


@dataclass(frozen=True)
class Origin:
    """People of one background; `share` is their part in a hundred.

    `names` are given names with the family names that go with them: a Polish woman is Kamińska,
    and her brother Kamiński.
    """

    share: int
    languages: Names  # BCP 47, besides English
    names: tuple[tuple[Names, Names], ...]

    @cached_property
    def bearers(self) -> tuple[tuple[str, Names], ...]:
        """Each given name, with the family names that go with it."""
        return tuple((name, family) for given, family in self.names for name in given)


ORIGINS = (
    Origin(46, (), (
        (("Amelia", "Oliver", "Charlotte", "George", "Sophie", "Harry", "Emily", "Jack", "Hannah",
          "Thomas", "Lucy", "James", "Megan", "Daniel", "Rebecca", "Matthew", "Laura", "Ben",
          "Gemma", "Lewis", "Joanne", "Darren"),
         ("Hughes", "Carter", "Bennett", "Walker", "Turner", "Foster", "Parsons", "Whitaker",
          "Marsh", "Hartley", "Dawson", "Pritchard", "Lowe", "Barrett", "Chambers", "Ellis",
          "Tucker", "Coombs", "Gale")),
    )),
    Origin(6, ("cy",), (
        (("Rhys", "Cerys", "Gethin", "Angharad", "Dylan", "Ffion", "Siân", "Iwan"),
         ("Evans", "Griffiths", "Llewellyn", "Morgan", "Powell", "Rees", "Vaughan")),
    )),
    Origin(6, (), (
        (("Eilidh", "Callum", "Fergus", "Catriona", "Ruaridh", "Morag"),
         ("MacLeod", "Fraser", "Buchanan", "Sinclair", "Murray")),
        (("Niamh", "Aoife", "Saoirse", "Cormac", "Declan"),
         ("O'Neill", "Doherty", "Gallagher", "Byrne", "Kavanagh")),
    )),
    Origin(7, ("pl",), (
        (("Agnieszka", "Katarzyna", "Magdalena", "Zofia"),
         ("Nowak", "Wójcik", "Kamińska", "Zielińska", "Wiśniewska", "Mazur", "Dąbrowska")),
        (("Łukasz", "Paweł", "Tomasz", "Marcin"),
         ("Nowak", "Wójcik", "Kamiński", "Zieliński", "Wiśniewski", "Mazur", "Dąbrowski")),
    )),
    Origin(5, ("ro",), (
        (("Andreea", "Mihai", "Ioana", "Ștefan", "Elena", "Radu", "Bianca"),
         ("Popescu", "Ionescu", "Dumitru", "Munteanu", "Stoica", "Rusu")),
    )),
    Origin(7, ("ur",), (
        (("Ayesha", "Fatima", "Zainab", "Hira", "Bilal", "Imran", "Usman"),
         ("Khan", "Malik", "Hussain", "Qureshi", "Chaudhry", "Mirza")),
    )),
    Origin(8, (), (
        (("Priyanka", "Ananya", "Kavita", "Nisha", "Arjun", "Rohan", "Vikram"),
         ("Patel", "Sharma", "Desai", "Nair", "Reddy")),
        (("Harpreet", "Simran", "Manjit"), ("Kaur",)),
        (("Gurdeep", "Jaspal", "Manjit"), ("Singh",)),
    )),
    Origin(6, (), (
        (("Chidi", "Adaeze", "Ngozi", "Emeka"), ("Okafor", "Eze", "Nwosu")),
        (("Tunde", "Folake", "Bola"), ("Adeyemi", "Balogun", "Ogunleye")),
        (("Kwame", "Abena", "Kofi", "Akua"), ("Mensah", "Boateng", "Owusu")),
    )),
    Origin(4, ("ar",), (
        (("Layla", "Noor", "Mariam", "Salma", "Omar", "Yusuf", "Karim"),
         ("Haddad", "Al-Masri", "Nasser", "Khoury", "Mansour", "Aziz")),
    )),
    Origin(3, ("es",), (
        (("Lucía", "Javier", "Carmen", "Álvaro", "Inés", "Diego"),
         ("García", "Fernández", "Romero", "Navarro", "Ortega")),
    )),
    Origin(2, ("fr",), (
        (("Camille", "Julien", "Élodie", "Mathieu", "Chloé"),
         ("Lefèvre", "Moreau", "Dubois", "Girard", "Fournier")),
    )),
)  # fmt: skip

_PLAIN = str.maketrans({"Ł": "L", "ł": "l", "'": None})


@cache
def plain(name: str) -> str:
    """The name in small letters without accents, as people write it in an e-mail address."""
    folded = unicodedata.normalize("NFKD", name.translate(_PLAIN))
    return folded.encode("ascii", "ignore").decode("ascii").lower()
