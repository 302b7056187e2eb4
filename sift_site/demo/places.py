"""Towns and their areas, by the regions that agencies serve, with what a two-bedroom home costs.

Prices are round figures of the order seen in 2025, for plausibility alone. Telephone numbers are of
the ranges that Ofcom sets aside for drama: nobody has them. Towns without one of their own share
the range that stands for any town.
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
_NO_TOWN = "+441632960"

# fmt: off
_LONDON = Town("London", 520_000, 2100, "+44207946" + "0",
               ("Walthamstow", "Peckham", "Hackney", "Ealing", "Lewisham", "Tooting", "Stratford"))
_READING = Town("Reading", 290_000, 1400, "+44118496" + "0",
                ("Caversham", "Tilehurst", "Earley", "Woodley", "Katesgrove", "Calcot"))
_BRISTOL = Town("Bristol", 335_000, 1550, "+44117496" + "0",
                ("Clifton", "Bedminster", "Southville", "Redland", "Easton", "Bishopston"))
_BATH = Town("Bath", 385_000, 1600, _NO_TOWN,
             ("Widcombe", "Oldfield Park", "Larkhall", "Bear Flat", "Weston", "Twerton"))
_CARDIFF = Town("Cardiff", 235_000, 1200, "+44292018" + "0",
                ("Pontcanna", "Roath", "Canton", "Cathays", "Llandaff", "Penarth"))
_NEWPORT = Town("Newport", 185_000, 950, _NO_TOWN,
                ("Caerleon", "Allt-yr-yn", "Maindee", "Rogerstone", "Stow Hill"))
_BIRMINGHAM = Town("Birmingham", 210_000, 1100, "+44121496" + "0",
                   ("Moseley", "Harborne", "Edgbaston", "Kings Heath", "Bournville", "Erdington"))
_COVENTRY = Town("Coventry", 190_000, 1000, _NO_TOWN,
                 ("Earlsdon", "Chapelfields", "Cheylesmore", "Coundon", "Stoke"))
_NOTTINGHAM = Town("Nottingham", 190_000, 1000, "+44115496" + "0",
                   ("West Bridgford", "Beeston", "Sherwood", "Mapperley", "Lenton", "Carlton"))
_LEICESTER = Town("Leicester", 195_000, 950, "+44116496" + "0",
                  ("Clarendon Park", "Stoneygate", "Oadby", "Evington", "Belgrave", "Westcotes"))
_LEEDS = Town("Leeds", 215_000, 1100, "+44113496" + "0",
              ("Headingley", "Chapel Allerton", "Roundhay", "Horsforth", "Kirkstall", "Meanwood"))
_SHEFFIELD = Town("Sheffield", 185_000, 950, "+44114496" + "0",
                  ("Crookes", "Ecclesall", "Walkley", "Nether Edge", "Hillsborough", "Dore"))
_MANCHESTER = Town("Manchester", 240_000, 1250, "+44161496" + "0",
                   ("Didsbury", "Chorlton", "Ancoats", "Levenshulme", "Prestwich", "Sale"))
_LIVERPOOL = Town("Liverpool", 165_000, 900, "+44151496" + "0",
                  ("Aigburth", "Allerton", "Wavertree", "Woolton", "Crosby", "Toxteth"))
_NEWCASTLE = Town("Newcastle", 170_000, 950, "+44191498" + "0",
                  ("Jesmond", "Gosforth", "Heaton", "Fenham", "Tynemouth", "Byker"))
_DURHAM = Town("Durham", 165_000, 900, _NO_TOWN,
               ("Gilesgate", "Neville's Cross", "Framwellgate Moor", "Belmont", "Crossgate"))
_EDINBURGH = Town("Edinburgh", 285_000, 1450, "+44131496" + "0",
                  ("Leith", "Morningside", "Stockbridge", "Marchmont", "Portobello",
                   "Corstorphine"))
_GLASGOW = Town("Glasgow", 190_000, 1150, "+44141496" + "0",
                ("Dennistoun", "Shawlands", "Partick", "Hyndland", "Finnieston", "Govanhill"))
# fmt: on

# The towns of an agency's two offices, a short drive from each other.
REGIONS = (
    (_BRISTOL, _BATH),
    (_NEWCASTLE, _DURHAM),
    (_LEEDS, _SHEFFIELD),
    (_LONDON, _READING),
    (_NOTTINGHAM, _LEICESTER),
    (_LIVERPOOL, _MANCHESTER),
    (_CARDIFF, _NEWPORT),
    (_BIRMINGHAM, _COVENTRY),
    (_EDINBURGH, _GLASGOW),
)
