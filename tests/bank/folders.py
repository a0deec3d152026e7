"""A small bank without a fault, to be broken one line at a time."""

from pathlib import Path

import numpy as np

from assessment.bank.lists import CHANNELS, MOMENTS
from assessment.measurement.attributes import ATTRIBUTES

ITEM = "items/any/blue-door.toml"
OTHER_ITEM = "items/retail/late-parcel.toml"
PRACTICE = "practice/first-try.toml"
PROFILE = "profiles/retail/shop_floor.toml"
FORM = "forms/small.toml"
REVIEW = "reviews/any/blue-door.toml"
OTHER_REVIEW = "reviews/retail/late-parcel.toml"
MODULE = "learning/waiting.toml"
OWN_MODULE = "learning/trust.toml"
INTERVIEW = "interview/trust.toml"
FOR_EVERYBODY = "interview/everybody.toml"

BANK = """
id = "small-bank"
title = "A small bank"
language = "en"
organisations = "all"
"""


def item_text(item_id: str, sector: str = "any") -> str:
    return f'''
id = "{item_id}"
version = 1
status = "trial"
sector = "{sector}"
channel = "counter"
moment = "doubtful-claim"
source = "Our own"
situation = """
You work at a counter. A man brings back a blue door that he bought on Monday. He says that the lock came
loose by itself. Staff may repair or replace such a door as they see fit, and nobody else is waiting."""

[[options]]
id = "a"
text = "Replace the door on his word and wish him a good day with it."
levels = {{ trust = 1.5 }}
desirability = 4.6
why = "'on his word'"

[[options]]
id = "b"
text = "Look at the lock together with him and let that decide what you do."
levels = {{ trust = -1.5, tact = 0.5 }}
desirability = 4.4
why = "'let that decide'"

[[options]]
id = "c"
text = "Ask him how his week has been with a door that would not close."
levels = {{ empathy = 2 }}
desirability = 4.5
why = "'how his week has been'"

[[options]]
id = "d"
text = "Offer to fit another kind of lock while he waits here with you."
levels = {{ flexibility = 1.5 }}
desirability = 4.5
why = "'another kind of lock'"
'''


def many_items(rng: np.random.Generator, count: int, sector: str = "any") -> dict[str, str]:
    """Files of sound items with levels by lot; channels and moments take turns. Their ids are made-0, made-1, ..."""
    files = {}
    for number in range(count):
        text = item_text(f"made-{number}", sector)
        text = text.replace('"counter"', f'"{CHANNELS[number % len(CHANNELS)]}"')
        text = text.replace('"doubtful-claim"', f'"{MOMENTS[number % len(MOMENTS)]}"')
        one, *others = rng.permutation(ATTRIBUTES)
        strong = [f"{one} = 1.5", f"{one} = -{rng.choice([1, 1.5, 2])}"]
        weak = [f"{name} = {rng.choice([-2, -1.5, -1, 1, 1.5, 2])}" for name in others[:4]]
        levels = (f"{strong[0]}, {weak[0]}", f"{strong[1]}, {weak[1]}", weak[2], weak[3])
        for old, new in zip(
            ("trust = 1.5", "trust = -1.5, tact = 0.5", "empathy = 2", "flexibility = 1.5"), levels, strict=True
        ):
            text = text.replace(f"{{ {old} }}", f"{{ {new} }}")
        files[f"items/{sector}/made-{number}.toml"] = text
    return files


def attributes_text() -> str:
    tables = []
    for name in ATTRIBUTES:
        tables.append(
            f"""
[{name}]
title = "About {name}"
definition = "What {name} looks like."
keep_apart = "What {name} is not."
low_pole = "Low {name}"
high_pole = "High {name}"
low_style = "Style of low {name}."
high_style = "Style of high {name}."
too_little = "Too little {name}."
too_much = "Too much {name}."
"""
            + "".join(
                f'''
[{name}.{reader}]
low = "{reader}, {name}, low."
middle = "{reader}, {name}, middle."
high = "{reader}, {name}, high."
'''
                for reader in ("candidate", "advice", "manager")
            )
        )
    return "".join(tables)


def profile_text() -> str:
    head = """
sector = "retail"
title = "Shop floor"
summary = "Many shoppers at once."

[evidence]
label = "opinion"
source = "The founders"
n = 0
date = 2026-11-22
expiry = 2027-11-22
"""
    return head + "".join(
        f"""
[attributes.{name}]
low = 45
high = 60
weight = 1
tolerance = 6
task = "Needs {name} every day."
"""
        for name in ATTRIBUTES
    )


FORM_TEXT = """
id = "small-2"
title = "A small form"
sector = "retail"
items = ["blue-door@1", "late-parcel@1"]
"""


def review_text(item_id: str) -> str:
    return f"""
item = "{item_id}"
version = 1

[[reviews]]
date = 2026-11-22
kind = "key"
reader = "a shift leader"
largest_disagreement = 0.5
changed = "nothing"
checked_again = false
"""


def module_text(module_id: str, read_on: str, serves: list[tuple[str, str]]) -> str:
    """A learning module whose every sentence is its own."""
    head = f'''
id = "{module_id}"
title = "About {module_id}"
summary = "What a page about {module_id} has to say in short."
minutes = 5
about = """
{"about " * 60}{module_id}.

{"further " * 60}{module_id}."""
read_on = ["{read_on}"]

[example]
scene = "{"scene " * 40}{module_id}."
says = "“{"says " * 10}{module_id}.”"
after = "{"after " * 30}{module_id}."

[exercise]
title = "Try {module_id}"
steps = [
  "First do something small with {module_id}.",
  "Second, do it again for {module_id}.",
  "Third, think about {module_id} for a while.",
]
'''
    return head + "".join(
        f'''
[[serves]]
attribute = "{attribute}"
end = "{end}"
practice = "{"practice " * 30}{attribute} {end} {module_id}."
'''
        for attribute, end in serves
    )


def questions_text(about: str, concerns: tuple[str, ...]) -> str:
    """Two questions for each concern, every sentence its own."""
    return f'about = "{about}"\n' + "".join(
        f'''
[[questions]]
id = "{about}-{concern}-{number}"
concern = "{concern}"
question = "Tell me about a time of {about}, {concern} and {number}. What did you do?"
follow_up = "How did {about} {concern} {number} end?"
listen_for = ["listened first for {about} {concern} {number}", "listened second for {about} {concern} {number}"]

[questions.scale]
one = "Little was told of {about} {concern} {number}."
three = "Something was told of {about} {concern} {number}."
five = "Everything was told of {about} {concern} {number}."
'''
        for concern in concerns
        for number in (1, 2)
    )


def sound_files() -> dict[str, str]:
    return {
        "bank.toml": BANK,
        "attributes.toml": attributes_text(),
        ITEM: item_text("blue-door"),
        OTHER_ITEM: item_text("late-parcel", "retail"),
        PRACTICE: item_text("first-try"),
        PROFILE: profile_text(),
        FORM: FORM_TEXT,
        REVIEW: review_text("blue-door"),
        OTHER_REVIEW: review_text("late-parcel"),
        MODULE: module_text("waiting", "trust", [("tact", "low"), ("focus", "high")]),
        OWN_MODULE: module_text("trust", "waiting", [("trust", end) for end in ("low", "middle", "high")]),
        INTERVIEW: questions_text("trust", ("low", "high", "uncertain")),
        FOR_EVERYBODY: questions_text("everybody", ("everybody",)),
    }


def write_bank(folder: Path, *changes: tuple[str, str, str], **more: str) -> Path:
    """A sound bank in `folder`, changed by (file, old, new); `more` files are written as they are."""
    files = sound_files()
    for file, old, new in changes:
        assert old in files[file], f"{old!r} is not in {file}"
        files[file] = files[file].replace(old, new, 1)
    for file, text in (files | more).items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
