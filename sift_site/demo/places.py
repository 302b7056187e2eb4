"""Towns and their areas, with what a two-bedroom home costs there.

Prices are round figures of the order seen in 2025, for plausibility alone. Telephone numbers are of
the ranges that Ofcom sets aside for drama: nobody has them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Town:
    """`price` is for a two-bedroom home to buy, `rent` for a month of one, both in pounds."""

    name: str
    price: int
    rent: int
    phone: str  # all but the last three digits of its drama range, in E.164
    areas: tuple[str, ...]


MOBILE = "+447700900"

TOWNS = (
    Town("London", 520_000, 2100, "+44207946" + "0",
         ("Walthamstow", "Peckham", "Hackney", "Ealing", "Lewisham", "Tooting", "Stratford")),
    Town("Manchester", 240_000, 1250, "+44161496" + "0",
         ("Didsbury", "Chorlton", "Ancoats", "Levenshulme", "Prestwich", "Sale")),
    Town("Bristol", 335_000, 1550, "+44117496" + "0",
         ("Clifton", "Bedminster", "Southville", "Redland", "Easton", "Bishopston")),
    Town("Leeds", 215_000, 1100, "+44113496" + "0",
         ("Headingley", "Chapel Allerton", "Roundhay", "Horsforth", "Kirkstall", "Meanwood")),
    Town("Birmingham", 210_000, 1100, "+44121496" + "0",
         ("Moseley", "Harborne", "Edgbaston", "Kings Heath", "Bournville", "Erdington")),
    Town("Sheffield", 185_000, 950, "+44114496" + "0",
         ("Crookes", "Ecclesall", "Walkley", "Nether Edge", "Hillsborough", "Dore")),
    Town("Liverpool", 165_000, 900, "+44151496" + "0",
         ("Aigburth", "Allerton", "Wavertree", "Woolton", "Crosby", "Toxteth")),
    Town("Newcastle", 170_000, 950, "+44191498" + "0",
         ("Jesmond", "Gosforth", "Heaton", "Fenham", "Tynemouth", "Byker")),
    Town("Cardiff", 235_000, 1200, "+44292018" + "0",
         ("Pontcanna", "Roath", "Canton", "Cathays", "Llandaff", "Penarth")),
    Town("Edinburgh", 285_000, 1450, "+44131496" + "0",
         ("Leith", "Morningside", "Stockbridge", "Marchmont", "Portobello", "Corstorphine")),
    Town("Glasgow", 190_000, 1150, "+44141496" + "0",
         ("Dennistoun", "Shawlands", "Partick", "Hyndland", "Finnieston", "Govanhill")),
    Town("Nottingham", 190_000, 1000, "+44115496" + "0",
         ("West Bridgford", "Beeston", "Sherwood", "Mapperley", "Lenton", "Carlton")),
    Town("Leicester", 195_000, 950, "+44116496" + "0",
         ("Clarendon Park", "Stoneygate", "Oadby", "Evington", "Belgrave", "Westcotes")),
    Town("Reading", 290_000, 1400, "+44118496" + "0",
         ("Caversham", "Tilehurst", "Earley", "Woodley", "Katesgrove", "Calcot")),
    Town("Belfast", 165_000, 950, "+44289649" + "6",
         ("Stranmillis", "Ballyhackamore", "Ormeau", "Lisburn Road", "Malone", "Cregagh")),
)  # fmt: skip
