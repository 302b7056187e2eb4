"""What visitors and the assistant say, in their own words and several languages.

Every sentence states a fact of the lead or none: a transcript holds exactly what the lead's facts
hold. A visitor who opens in another language goes on in English when it comes to the details.
"""

from collections.abc import Mapping
from dataclasses import dataclass

GREETINGS = ("Hello", "Hi there", "Hi", "Hello there")
# By the hour of the day from which they are said.
GREETINGS_BY_HOUR = (
    (0, "Good evening"),
    (5, "Good morning"),
    (12, "Good afternoon"),
    (17, "Good evening"),
)

ASSISTANT_OPENS = (
    "Thanks for getting in touch. Which area would you like to live in?",
    "Hello, and thank you for your message. Where are you hoping to live?",
    "Happy to help. Whereabouts are you looking?",
)

# --- One fact, said by the visitor ---------------------------------------------------------------
WANTS: Mapping[str, tuple[str, ...]] = {
    "buy": ("I'm looking to buy.", "We'd like to buy a place.", "I want to buy a home."),
    "rent": ("I'm looking to rent.", "We need somewhere to rent.", "I'd like to rent a place."),
}
WANTS_SOMETHING = ("I'm looking for a new home.", "I saw your website.", "Can you help me move?")
NO_AREA = ("I haven't settled on an area yet.", "I'm open as to where.")
AREA = ("{area} would be ideal.", "We have our hearts set on {area}.", "I'm thinking of {area}.")
PROPERTY_TYPE: Mapping[str, str] = {
    "flat": "A flat would suit me.",
    "house": "It should be a house.",
    "bungalow": "It has to be a bungalow, all on one level.",
    "land": "What I want is a plot of land to build on.",
    "other": "I'm open to something unusual, a converted chapel or a houseboat.",
}
BEDROOMS = ("{bedrooms} please.", "We need {bedrooms}.", "It should have {bedrooms}.")
BUDGET = ("My budget is {budget}.", "We can go to {budget}.", "I've set aside {budget}.")
TIMELINE: Mapping[str, str] = {
    "asap": "I need to move as soon as possible.",
    "within_3_months": "I'd like to be in within three months.",
    "within_6_months": "Some time in the next six months would be fine.",
    "over_6_months": "There's no hurry, it won't be for at least six months.",
}
# What buyers alone are asked, in this order.
POSITION: Mapping[str, Mapping[str, str]] = {
    "chain_status": {
        "chain_free": "There's no chain on my side, I have nothing to sell.",
        "single_chain": "I have one place to sell first, and it's under offer.",
        "in_chain": "I'm in a chain: my buyer is waiting on their own sale.",
    },
    "financing_status": {
        "cash_proven": "I'm a cash buyer and can show proof of funds.",
        "dip_held": "I have a decision in principle from my bank.",
        "application_pending": "My mortgage application is in, I'm waiting to hear.",
        "exploring": "I'm still looking into what I could borrow.",
    },
    "buyer_scheme": {
        "help_to_buy": "I was hoping to use Help to Buy.",
        "shared_ownership": "I'd be interested in shared ownership.",
        "first_homes": "I think I qualify for the First Homes scheme.",
    },
    "stamp_duty_position": {
        "first_time_buyer": "It would be my first home.",
        "main_residence": "It would replace the home I live in now.",
        "second_home": "It would be a second home.",
        "non_resident": "I live abroad at the moment, so I'd be buying as a non-resident.",
    },
}
VIEWING = (
    "Could I come and view something?",
    "When could I arrange a viewing?",
    "I'd like to book a viewing, please.",
)
# What somebody says who was here before: `asks` for something new, or about what there is.
RETURNS = (
    "Hello again, I wrote a few days ago.",
    "Hi, it's me again about my search.",
    "Hello, we were in touch the other day.",
)
ASKS_FOR_NEWS = ("Has anything new come in?", "Is there any news for me?", "Anything I missed?")
WELCOMES_BACK = ("Welcome back! How can I help?", "Good to hear from you again. What can I do?")
ANSWERS_RETURN = (
    "I'll have a colleague look into it and come back to you today.",
    "Thank you, I've let the team know that you asked.",
)
NAME = "My name is {name}."
EMAIL = "You can e-mail me at {email}."
PHONE = "My number is {phone}."

# --- The same in a summary ------------------------------------------------------------------------
SUMMARIES: Mapping[str, Mapping[str, str]] = {
    "timeline": {
        "asap": "as soon as possible",
        "within_3_months": "within three months",
        "within_6_months": "within six months",
        "over_6_months": "in no hurry",
    },
    "chain_status": {
        "chain_free": "no chain",
        "single_chain": "own place under offer",
        "in_chain": "in a chain",
    },
    "financing_status": {
        "cash_proven": "cash buyer",
        "dip_held": "decision in principle held",
        "application_pending": "mortgage applied for",
        "exploring": "mortgage still open",
    },
}

# --- What the agency's people write down, by where the lead stands --------------------------------
NOTES: Mapping[str, tuple[str, ...]] = {
    "contacted": (
        "Left a voicemail, will try again after work.",
        "Spoke briefly, prefers to be rung after six.",
        "Sent details of three that might suit.",
    ),
    "qualified": (
        "Good long call: knows what they want and can act.",
        "Two viewings pencilled in for Saturday.",
        "Registered for early alerts, very responsive.",
    ),
    "converted": ("Lovely people, all agreed.", "Deal done. Card sent."),
    "lost": ("Went with another agency.", "Has stopped looking for now."),
    "rejected": ("Number does not work, mails bounce.", "Was after something that we do not do."),
    "archived": ("No answer in weeks.", "Asked not to be contacted again this year."),
}

# --- What the assistant asks before it -----------------------------------------------------------
ASKS: Mapping[str, tuple[str, ...]] = {
    "home": (
        "What kind of home do you have in mind?",
        "Tell me a little about the home you'd like.",
    ),
    "money": ("What budget do you have in mind?", "Roughly what would you like to spend?"),
    "time": ("When would you like to move?", "How soon do you hope to move in?"),
    "position": (
        "May I ask about your position: anything to sell, and how you'd pay?",
        "Where do you stand with a sale and a mortgage?",
    ),
    "contact": (
        "Who may I say is asking, and how can a colleague reach you?",
        "May I take your name and a way to reach you?",
    ),
    "viewing": (
        "Is there anything else I can do for you?",
        "We have a few that may suit. What would you like to do next?",
    ),
}
ASSISTANT_CLOSES = (
    "Thank you, a colleague will be in touch shortly.",
    "Lovely, I've passed this on to the team. Speak soon.",
    "Thank you. Somebody from the office will come back to you.",
)
VISITOR_CLOSES = ("Thanks very much.", "Great, thank you.", "Perfect, cheers.", "Thank you, bye.")


@dataclass(frozen=True, slots=True)
class Language:
    """An opening in another language: what the visitor says, and what the assistant answers."""

    opens: tuple[str, ...]
    answers: tuple[str, ...]
    turns_to_english: str


LANGUAGES: Mapping[str, Language] = {
    "pl": Language(
        (
            "Dzień dobry, szukam miejsca do zamieszkania dla mojej rodziny.",
            "Cześć, czy możecie mi pomóc?",
        ),
        ("Dzień dobry! Chętnie pomogę.", "Dzień dobry, oczywiście, z przyjemnością."),
        "Dziękuję. Szczegóły mogę podać po angielsku.",
    ),
    "ro": Language(
        ("Bună ziua, caut o locuință pentru familia mea.", "Bună, mă puteți ajuta, vă rog?"),
        ("Bună ziua! Vă ajut cu plăcere.", "Bună ziua, desigur, cu drag."),
        "Mulțumesc. Detaliile le pot scrie în engleză.",
    ),
    "ur": Language(
        ("السلام علیکم، مجھے گھر کی تلاش ہے۔", "السلام علیکم، کیا آپ میری مدد کر سکتے ہیں؟"),
        ("وعلیکم السلام! جی ضرور، میں مدد کرتا ہوں۔", "وعلیکم السلام، جی بالکل۔"),
        "شکریہ۔ باقی تفصیل میں انگریزی میں لکھ دیتی ہوں۔",
    ),
    "ar": Language(
        ("مرحبا، أبحث عن سكن لعائلتي.", "السلام عليكم، هل يمكنكم مساعدتي؟"),
        ("أهلا وسهلا! يسعدني أن أساعدك.", "وعليكم السلام، بكل سرور."),
        "شكرا. سأكتب التفاصيل بالإنجليزية.",
    ),
    "cy": Language(
        ("Bore da, dw i'n chwilio am gartref newydd.", "Helo, allwch chi fy helpu i?"),
        ("Bore da! Wrth gwrs, byddaf yn falch o helpu.", "Helo, wrth gwrs."),
        "Diolch yn fawr. Mi ro i'r manylion yn Saesneg.",
    ),
    "es": Language(
        ("Hola, busco un hogar para mi familia.", "Buenos días, ¿me pueden ayudar?"),
        ("¡Hola! Con mucho gusto le ayudo.", "Buenos días, por supuesto."),
        "Gracias. Los detalles se los puedo dar en inglés.",
    ),
    "fr": Language(
        ("Bonjour, je cherche un logement pour ma famille.", "Bonjour, pouvez-vous m'aider ?"),
        ("Bonjour ! Avec plaisir.", "Bonjour, bien sûr, je vous aide volontiers."),
        "Merci. Je peux donner les détails en anglais.",
    ),
}
