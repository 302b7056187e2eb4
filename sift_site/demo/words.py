"""What visitors and the assistant say, in their own words and several languages.

Some write whole sentences, some three words and a slip of the finger. Every sentence states a fact
of the lead or none: a transcript holds exactly what the lead's facts hold. A visitor who opens in
another language goes on in English when it comes to the details.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Ways(NamedTuple):
    """Ways to say one thing: of who writes whole sentences, and of who writes in haste."""

    careful: tuple[str, ...]
    hasty: tuple[str, ...]


GREETINGS = Ways(("Hello", "Hi there", "Hi", "Hello there"), ("hi", "Hiya", "hello", "hey"))
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
    "Hello! Which part of town did you have in mind?",
    "Good to hear from you. Is there an area you like best?",
)

# --- One fact, said by the visitor ---------------------------------------------------------------
WANTS: Mapping[str, Ways] = {
    "buy": Ways(
        (
            "I'm looking to buy.",
            "We'd like to buy a place.",
            "I want to buy a home.",
            "We're after somewhere to buy, our first proper look.",
        ),
        ("looking to buy", "are you taking on buyers at the moment? im ready to buy"),
    ),
    "rent": Ways(
        (
            "I'm looking to rent.",
            "We need somewhere to rent.",
            "I'd like to rent a place.",
            "Our landlord is selling up so we need to rent somewhere else.",
        ),
        ("need a place to rent", "got anything to rent?"),
    ),
}
WANTS_SOMETHING = Ways(
    (
        "I'm looking for a new home.",
        "I saw your website.",
        "Can you help me move?",
        "A friend said you might be able to help.",
    ),
    ("thinking of moving", "just having a look at whats about"),
)
NO_AREA = Ways(
    ("I haven't settled on an area yet.", "I'm open as to where."),
    ("not fussed really", "dont know the area well, what would you suggest"),
)
AREA = Ways(
    (
        "{area} would be ideal.",
        "We have our hearts set on {area}.",
        "I'm thinking of {area}.",
        "Somewhere in {area}, or close by.",
    ),
    ("{area}", "{area} if poss", "ideally {area}, my sister lives there"),
)
PROPERTY_TYPE: Mapping[str, Ways] = {
    "flat": Ways(
        ("A flat would suit me.", "A flat's fine, top floor if there is one."),
        ("flat", "flat pref ground floor"),
    ),
    "house": Ways(
        ("It should be a house.",), ("a house, we need a garden for the dog", "house pls")
    ),
    "bungalow": Ways(
        ("It has to be a bungalow, all on one level.",), ("bungalow, mum cant do stairs",)
    ),
    "land": Ways(("What I want is a plot of land to build on.",), ("a plot of land, not a house",)),
    "other": Ways(
        ("I'm open to something unusual, a converted chapel or a houseboat.",),
        ("something a bit different, a barn maybe",),
    ),
}
BEDROOMS = Ways(
    (
        "{bedrooms} please.",
        "We need {bedrooms}.",
        "It should have {bedrooms}.",
        "{bedrooms}, one of us works from home.",
    ),
    ("{bedrooms}", "{bedrooms} pls"),
)
BUDGET = Ways(
    (
        "My budget is {budget}.",
        "We can go to {budget}.",
        "I've set aside {budget}.",
    ),
    ("{budget}", "hoping for {budget}", "{budget}, no more than that realy"),
)
TIMELINE: Mapping[str, Ways] = {
    "asap": Ways(
        ("I need to move as soon as possible.", "As soon as you can find me something."),
        ("asap tbh, were between places",),
    ),
    "within_3_months": Ways(
        ("I'd like to be in within three months.", "Two or three months from now, give or take."),
        ("next 2 or 3 months",),
    ),
    "within_6_months": Ways(
        ("Some time in the next six months would be fine.",), ("in the next 6 months or so",)
    ),
    "over_6_months": Ways(
        ("There's no hurry, it won't be for at least six months.",),
        ("not for a while yet, next year more like",),
    ),
}
# What buyers alone are asked, in this order.
POSITION: Mapping[str, Mapping[str, Ways]] = {
    "chain_status": {
        "chain_free": Ways(
            ("There's no chain on my side, I have nothing to sell.", "I have nothing to sell."),
            ("nothing to sell", "no chain"),
        ),
        "single_chain": Ways(
            ("I have one place to sell first, and it's under offer.",),
            ("got mine to sell, offer accepted last week",),
        ),
        "in_chain": Ways(
            ("I'm in a chain: my buyer is waiting on their own sale.",),
            ("were in a chain unfortunatly, two below us",),
        ),
    },
    "financing_status": {
        "cash_proven": Ways(
            ("I'm a cash buyer and can show proof of funds.",),
            ("cash, statement ready when you need it",),
        ),
        "dip_held": Ways(
            (
                "I have a decision in principle from my bank.",
                "The bank gave us a decision in principle last month.",
            ),
            ("got a DIP", "dip from the bank, yes"),
        ),
        "application_pending": Ways(
            ("My mortgage application is in, I'm waiting to hear.",),
            ("mortgage applied for, no answer yet",),
        ),
        "exploring": Ways(
            ("I'm still looking into what I could borrow.",), ("havent spoken to a bank yet",)
        ),
    },
    "buyer_scheme": {
        "help_to_buy": Ways(
            ("I was hoping to use Help to Buy.",), ("is help to buy still a thing",)
        ),
        "shared_ownership": Ways(
            ("I'd be interested in shared ownership.",), ("shared ownership is fine",)
        ),
        "first_homes": Ways(
            ("I think I qualify for the First Homes scheme.",),
            ("first homes scheme if we can",),
        ),
    },
    "stamp_duty_position": {
        "first_time_buyer": Ways(("It would be my first home.",), ("first time buyer",)),
        "main_residence": Ways(
            ("It would replace the home I live in now.",),
            ("selling ours and moving to this one",),
        ),
        "second_home": Ways(("It would be a second home.",), ("second home, for weekends",)),
        "non_resident": Ways(
            ("I live abroad at the moment, so I'd be buying as a non-resident.",),
            ("living abroad still so id be non resident",),
        ),
    },
}
VIEWING = Ways(
    (
        "Could I come and view something?",
        "When could I arrange a viewing?",
        "I'd like to book a viewing, please.",
        "Any chance of a viewing on Saturday?",
    ),
    ("can i get a viewing this week", "would love to come and view whatever you have"),
)
# What somebody says who was here before: `asks` for something new, or about what there is.
RETURNS = (
    "Hello again, I wrote a few days ago.",
    "Hi, it's me again about my search.",
    "Hello, we were in touch the other day.",
    "hi me again",
)
ASKS_FOR_NEWS = (
    "Has anything new come in?",
    "Is there any news for me?",
    "Anything I missed?",
    "anything new this week?",
)
WELCOMES_BACK = (
    "Welcome back! How can I help?",
    "Good to hear from you again. What can I do?",
    "Hello again. What can I look up for you?",
)
ANSWERS_RETURN = (
    "I'll have a colleague look into it and come back to you today.",
    "Thank you, I've let the team know that you asked.",
    "Two have come in since. A colleague will send you the details this afternoon.",
    "Nothing yet that fits, I'm afraid. You'll be the first to hear.",
)
NAME = Ways(("My name is {name}.", "I'm {name}.", "{name} here."), ("{name}", "its {name}"))
EMAIL = Ways(
    ("You can e-mail me at {email}.", "My e-mail is {email}."), ("{email}", "best on {email}")
)
PHONE = Ways(
    ("My number is {phone}.", "You can ring {phone} after 5."), ("{phone}", "call me on {phone}")
)

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

# --- What the assistant asks before it -----------------------------------------------------------
ASKS: Mapping[str, tuple[str, ...]] = {
    "home": (
        "What kind of home do you have in mind?",
        "Tell me a little about the home you'd like.",
        "Good to know. What sort of place, and how big?",
    ),
    "money": (
        "What budget do you have in mind?",
        "Roughly what would you like to spend?",
        "And what could you stretch to?",
    ),
    "time": (
        "When would you like to move?",
        "How soon do you hope to move in?",
        "Is there a date you have to be in by?",
    ),
    "position": (
        "May I ask about your position: anything to sell, and how you'd pay?",
        "Where do you stand with a sale and a mortgage?",
        "Is there anything to sell first, and is the money arranged?",
    ),
    "contact": (
        "Who may I say is asking, and how can a colleague reach you?",
        "May I take your name and a way to reach you?",
        "What's your name, and where do we reach you best?",
    ),
    "viewing": (
        "Is there anything else I can do for you?",
        "We have a few that may suit. What would you like to do next?",
        "I can think of two straight away. Shall I tell you more?",
    ),
}
# How the assistant ends, by what is known: each is a list of its own, so that ends differ.
CLOSES_VIEWING = (
    "I've asked for a time to be found. Somebody will ring to settle it.",
    "Noted. The office opens at nine and will offer you two or three times.",
    "Lovely. You'll get a text with a time as soon as one is free.",
    "That's with the team now; expect a call before the end of the day.",
)
CLOSES_NAMED = (
    "Thank you, {name}. A colleague will be in touch shortly.",
    "Thanks, {name}, I've passed this on. Speak soon.",
    "All noted, {name}. Somebody from the office will come back to you.",
    "Thank you, {name}. You'll hear from us either way.",
    "Good luck with the search, {name}. We'll be in touch tomorrow.",
)
CLOSES_AREA = (
    "I'll keep an eye on {area} for you. Write again whenever you like.",
    "Thank you. What we have in {area} is on the website, and more is to come.",
    "{area} it is, then. A colleague will see what is about to come up.",
)
CLOSES = (
    "Thank you, a colleague will be in touch shortly.",
    "I've passed this on to the team. Speak soon.",
    "Thank you. Leave a number whenever it suits, and we'll ring.",
    "No trouble at all. We're here if you think of anything else.",
)
VISITOR_CLOSES = Ways(
    (
        "Thanks very much.",
        "Great, thank you.",
        "Perfect, cheers.",
        "Thank you, bye.",
        "Much appreciated.",
        "That's kind, thank you.",
        "Thank you, that was quick.",
    ),
    ("ok ta", "brilliant thanks x", "cheers", "👍", "thx", "ok speak soon"),
)


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
        ("وعلیکم السلام! جی ضرور، بتائیے۔", "وعلیکم السلام، جی بالکل۔"),
        "شکریہ۔ باقی تفصیل انگریزی میں بتانا آسان ہے۔",
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
