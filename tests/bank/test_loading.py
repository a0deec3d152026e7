import re
from pathlib import Path

import pytest

from assessment.bank.loading import check_bank, read_bank
from assessment.bank.problems import BankError, Problem
from assessment.measurement.attributes import ATTRIBUTES
from tests.bank.folders import (
    FOR_EVERYBODY,
    FORM,
    INTERVIEW,
    ITEM,
    MODULE,
    OTHER_ITEM,
    OTHER_REVIEW,
    OWN_MODULE,
    PRACTICE,
    PROFILE,
    REVIEW,
    item_text,
    module_text,
    questions_text,
    write_bank,
)

WORDS = "word " * 80

# file, what stood there, what stands there now, the key that is named, a part of what is said
ERRORS = [
    # the shape of a file
    (ITEM, 'source = "Our own"\n', "", "source", "'source' is missing"),
    (ITEM, 'source = "Our own"', 'source = "Our own"\ncolour = "red"', "colour", "'colour' is not a key"),
    (ITEM, "why = \"'on his word'\"", 'wy = "x"', "options[a].wy", "Did you mean 'why'?"),
    (ITEM, "why = \"'on his word'\"", "", "options[a].why", "'why' is missing"),
    (ITEM, 'channel = "counter"', "channel = 3", "channel", "should be text"),
    (ITEM, "version = 1", "version = 1.0", "version", "should be a whole number"),
    (ITEM, "version = 1", 'version = "1"', "version", "should be a whole number"),
    (ITEM, "version = 1", "version = true", "version", "should be a whole number"),
    (ITEM, "desirability = 4.6", 'desirability = "4.6"', "options[a].desirability", "should be a number"),
    (ITEM, "desirability = 4.6", "desirability = nan", "options[a].desirability", "ordinary number"),
    (ITEM, "trust = 1.5", "trust = 'much'", "options[a].levels.trust", "should be a number"),
    (ITEM, "levels = { trust = 1.5 }", "levels = 1.5", "options[a].levels", "should be a table"),
    (
        ITEM,
        'source = "Our own"',
        'source = "Our own"\nenemies = "late-parcel"',
        "enemies",
        "should be a list",
    ),
    # names and closed lists
    (ITEM, 'id = "blue-door"', 'id = "blue-doors"', "id", "the file is blue-door.toml"),
    (ITEM, 'id = "blue-door"', 'id = "Blue Door"', "id", "'Blue Door' is not an id"),
    (ITEM, "version = 1", "version = 0", "version", "0 is not a version"),
    (ITEM, 'status = "trial"', 'status = "ready"', "status", "Permitted: draft, trial, live, retired"),
    (ITEM, 'sector = "any"', 'sector = "retail"', "sector", "the folder is any"),
    (ITEM, 'sector = "any"', 'sector = "zoo"', "sector", "Permitted: any, retail, hospitality"),
    (ITEM, 'channel = "counter"', 'channel = "conter"', "channel", "Did you mean 'counter'?"),
    (
        ITEM,
        'moment = "doubtful-claim"',
        'moment = "doubt"',
        "moment",
        "Permitted: first-sentences, listening",
    ),
    (ITEM, 'source = "Our own"', 'source = " "', "source", "'source' is empty"),
    (
        ITEM,
        'source = "Our own"',
        'source = ""\nmirror = "lost-parcel"',
        "mirror",
        "Did you mean 'late-parcel'?",
    ),
    (ITEM, 'source = "Our own"', 'source = ""\nenemies = ["xyz"]', "enemies", "There is no item 'xyz'"),
    (ITEM, 'source = "Our own"', 'source = ""\nmirror = "blue-door"', "mirror", "names itself"),
    (
        ITEM,
        'source = "Our own"',
        'source = "Our own"\nenemies = ["late-parcel"]\nmirror = "late-parcel"',
        "mirror",
        "is an enemy as well",
    ),
    # options and their key
    (ITEM, 'id = "b"', 'id = "a"', "options", "2 options have the id 'a'"),
    (ITEM, 'id = "b"', 'id = "B!"', "options[B!].id", "'B!' is not an id"),
    (ITEM, "trust = 1.5", "thrust = 1.5", "options[a].levels.thrust", "Did you mean 'trust'?"),
    (ITEM, "trust = 1.5", "trust = 2.5", "options[a].levels.trust", "2.5 is out of range"),
    (ITEM, "trust = 1.5", "trust = 1.2", "options[a].levels.trust", "1.2 is not a half step"),
    (ITEM, "trust = 1.5", "trust = 0", "options[a].levels.trust", "0 says nothing"),
    (ITEM, "{ trust = 1.5 }", "{}", "options[a].levels", "Levels on 0 attributes"),
    (
        ITEM,
        "{ trust = 1.5 }",
        "{ trust = 1, tact = 1, focus = 1, empathy = 1 }",
        "options[a].levels",
        "on 4 attr",
    ),
    (ITEM, "desirability = 4.6", "desirability = 8", "options[a].desirability", "8 is out of range"),
    (ITEM, "desirability = 4.6", "desirability = 6.5", "options", "sounds better than another by 2.1"),
    (ITEM, "why = \"'on his word'\"", 'why = ""', "options[a].why", "'why' is empty"),
    # words
    (ITEM, "You work at a counter.", WORDS, "situation", "Shorten it: 35 to 75"),
    (
        ITEM,
        "Replace the door on his word and wish him a good day with it.",
        "Replace it.",
        "options[a].text",
        "2 words",
    ),
    (ITEM, "Replace the door", WORDS, "options[a].text", "Shorten it: 10 to 28"),
    # profiles
    (PROFILE, 'sector = "retail"', 'sector = "travel"', "sector", "the folder is retail"),
    (PROFILE, 'title = "Shop floor"', 'title = ""', "title", "'title' is empty"),
    (PROFILE, 'sector = "retail"', 'sector = "retail"\nrole = "x"', "role", "the file's name is the role"),
    (PROFILE, "low = 45", "low = 60", "attributes.trust.low", "The band runs from 60 to 60"),
    (PROFILE, "low = 45", "low = -1", "attributes.trust.low", "-1 is out of range"),
    (PROFILE, "low = 45\nhigh = 60\n", "", "attributes.trust", "counts, but has no band"),
    (PROFILE, "weight = 1", "weight = 1.2", "attributes.trust.weight", "A weight of 1.2"),
    (PROFILE, "weight = 1", "weight = 4", "attributes.trust.weight", "A weight of 4"),
    (PROFILE, "tolerance = 6", "tolerance = 0", "attributes.trust.tolerance", "must be above 0"),
    (PROFILE, 'task = "Needs trust every day."', "", "attributes.trust.task", "no task needs it"),
    (PROFILE, "[attributes.trust]", "[attributes.thrust]", "attributes.thrust", "is not an attribute"),
    (PROFILE, "[attributes.trust]", "[attributes.thrust]", "attributes.trust", "'trust' is missing"),
    (PROFILE, "low = 45", "lower = 45", "attributes.trust.lower", "Did you mean 'low'?"),
    (PROFILE, '"opinion"', '"hunch"', "evidence.label", "Permitted: opinion, expert panel, own data"),
    (PROFILE, '"opinion"', '"own data"', "evidence.n", "rests on nobody"),
    (PROFILE, "n = 0", "n = -1", "evidence.n", "-1 people"),
    (PROFILE, "expiry = 2027", "expiry = 2025", "evidence.expiry", "before it begins"),
    (PROFILE, "date = 2026-11-22", 'date = "2026-11-22"', "evidence.date", "should be a date"),
    (
        PROFILE,
        'task = "Needs trust every day."',
        'task = "x"\n[attributes.trust.band_evidence]\nlabel = "hunch"\n',
        "attributes.trust.band_evidence.label",
        "is not a label",
    ),
    # attributes
    ("attributes.toml", "[trust]", "[thrust]", "thrust", "Did you mean 'trust'?"),
    ("attributes.toml", 'title = "About trust"\n', "", "trust.title", "'title' is missing"),
    ("attributes.toml", 'title = "About trust"', 'title = "x"\npole = "y"', "trust.pole", "is not a key"),
    ("attributes.toml", '"Low trust"', '"A label far too long"', "trust.low_pole", "at most 4 words"),
    (
        "attributes.toml",
        '"Too much trust."',
        '"Too little trust."',
        "trust.too_much",
        "same text as trust.too_little",
    ),
    ("attributes.toml", '"candidate, tact, low."', '""', "tact.candidate.low", "The text is empty"),
    ("attributes.toml", '"candidate, tact, low."', "3", "tact.candidate.low", "should be text"),
    # learning modules
    (MODULE, "minutes = 5", "", "minutes", "'minutes' is missing"),
    (MODULE, "minutes = 5", "minutes = 50", "minutes", "50 minutes"),
    (MODULE, "minutes = 5", 'minutes = 5\ncolour = "red"', "colour", "is not a key"),
    (MODULE, 'id = "waiting"', 'id = "wait"', "id", "the file is waiting.toml"),
    (MODULE, '"About waiting"', f'"{WORDS}"', "title", "Shorten it: 1 to 7"),
    (MODULE, "What a page about waiting has to say in short.", "Short.", "summary", "Say more: 6 to 25"),
    (MODULE, "further " * 60, "", "about", "Say more: 100 to 180"),
    (MODULE, "about " * 60, WORDS * 2, "about", "Shorten it: 100 to 180"),
    (MODULE, "scene " * 40, "", "example", "Say more: 60 to 150"),
    (MODULE, f"“{'says ' * 10}waiting.”", "", "example.says", "'says' is empty"),
    (MODULE, "scene =", "place =", "example.place", "Permitted: scene, says, after"),
    (MODULE, "Try waiting", " ", "exercise.title", "'title' is empty"),
    (MODULE, '  "Third, think about waiting for a while.",\n', "", "exercise.steps", "There are 2 steps"),
    (MODULE, "Third, think about waiting for a while.", "Think.", "exercise.steps[3]", "Say more: 5 to 40"),
    (MODULE, 'attribute = "tact"', 'attribute = "tackt"', "serves[1].attribute", "Did you mean 'tact'?"),
    (MODULE, 'end = "low"', 'end = "bottom"', "serves[1].end", "Permitted: low, middle, high"),
    (MODULE, "practice " * 30, "", "serves[1].practice", "Say more: 25 to 80"),
    (MODULE, 'attribute = "focus"\nend = "high"', 'attribute = "tact"\nend = "low"', "serves", "is named 2 times"),
    (MODULE, 'read_on = ["trust"]', 'read_on = ["waiting"]', "read_on[1]", "leads to itself"),
    (MODULE, 'read_on = ["trust"]', 'read_on = ["wating"]', "read_on[1]", "Did you mean 'waiting'?"),
    (MODULE, 'read_on = ["trust"]', 'read_on = "trust"', "read_on", "should be a list"),
    (MODULE, 'read_on = ["trust"]', 'sources = [" "]', "sources[1]", "The source is empty"),
    (
        MODULE,
        f"{'after ' * 30}waiting.",
        f"{'after ' * 30}trust.",
        "example.after",
        "stands in trust, example.after too",
    ),
    (OWN_MODULE, 'end = "middle"', 'end = "low"', "serves", "Nothing for middle"),
    (OWN_MODULE, 'attribute = "trust"', 'attribute = "tact"', "serves[1].attribute", "is about trust"),
    # questions for an interview
    (INTERVIEW, 'about = "trust"', "", "about", "'about' is missing"),
    (INTERVIEW, 'about = "trust"', 'about = "tact"', "about", "the file is trust.toml"),
    (INTERVIEW, 'concern = "low"', 'concern = "lo"', "questions[trust-low-1].concern", "Did you mean 'low'?"),
    (INTERVIEW, 'concern = "low"', 'concern = "high"', "questions", "1 for 'low'. Write at least 2"),
    (FOR_EVERYBODY, 'concern = "everybody"', 'concern = "low"', "questions", "1 for 'everybody'"),
    (INTERVIEW, '"trust-low-1"', '"Trust Low"', "id", "is not an id"),
    (INTERVIEW, '"trust-low-1"', '"trust-low-2"', "questions[trust-low-2].id", "names a question of trust too"),
    (
        FOR_EVERYBODY,
        '"everybody-everybody-1"',
        '"trust-low-1"',
        "questions[trust-low-1].id",
        "names a question of trust too",
    ),
    (INTERVIEW, "follow_up", "follow-up", "questions[trust-low-1].follow-up", "Permitted: id, concern, question"),
    (INTERVIEW, "five =", "four =", "questions[trust-low-1].scale.four", "Permitted: one, three, five"),
    (INTERVIEW, "What did you do?", "", "questions[trust-low-1].question", "It asks nothing"),
    (
        INTERVIEW,
        "Tell me about a time of trust, low and 1. What did",
        "If you met trust, low and 1 in a shop one day, what would",
        "questions[trust-low-1].question",
        "does not ask what somebody did",
    ),
    (
        INTERVIEW,
        "What did you do?",
        "Didn’t you say so then?",
        "questions[trust-low-1].question",
        "says which answer is wanted",
    ),
    (INTERVIEW, "Tell me about a time of trust, low and 1. ", "", "questions[trust-low-1].question", "Say more: 12"),
    (INTERVIEW, '["listened first for trust low 1", ', "[", "questions[trust-low-1].listen_for", "There are 1 points"),
    (
        INTERVIEW,
        "listened first for trust low 1",
        "listened",
        "questions[trust-low-1].listen_for[1]",
        "Say more: 4 to 20",
    ),
    (INTERVIEW, "Little was told of trust low 1.", "Little.", "questions[trust-low-1].scale.one", "Say more: 6 to 35"),
    (
        FOR_EVERYBODY,
        "Little was told of everybody everybody 1.",
        "Little was told of trust low 1.",
        "questions[everybody-everybody-1].scale.one",
        "stands in trust-low-1, scale.one too",
    ),
    # the bank and its forms
    ("bank.toml", 'id = "small-bank"', 'id = "Small Bank"', "id", "is not an id"),
    ("bank.toml", 'title = "A small bank"', 'title = ""', "title", "'title' is empty"),
    ("bank.toml", '"en"', '"English"', "language", "is not a language code"),
    ("bank.toml", '"all"', '"everybody"', "organisations", 'organisations = "all"'),
    ("bank.toml", '"all"', "[1]", "organisations", 'organisations = "all"'),
    ("bank.toml", '"all"', "[]", "organisations", "Nobody may use this bank"),
    (FORM, '"late-parcel@1"', '"late-parcel"', "items[2]", "does not name an item"),
    (FORM, '"late-parcel@1"', '"late-parcels@1"', "items[2]", "Did you mean 'late-parcel'?"),
    (FORM, '"late-parcel@1"', '"blue-door@1"', "items[2]", "listed twice"),
    (FORM, '"late-parcel@1"', '"late-parcel@2"', "items[2]", "is at version 1"),
    (FORM, '"late-parcel@1"', "5", "items[2]", "should be text"),
    (FORM, 'sector = "retail"', 'sector = "travel"', "items[2]", "'late-parcel' is of retail"),
    (FORM, '["blue-door@1", "late-parcel@1"]', "[]", "items", "The form is empty"),
    (FORM, 'title = "A small form"', "", "title", "'title' is missing"),
]


def said(problems: list[Problem], file: str, key: str) -> str:
    return "\n".join(str(problem) for problem in problems if (problem.file, problem.key) == (file, key))


def test_a_sound_bank_is_read_whole(tmp_path: Path) -> None:
    folder = write_bank(tmp_path)
    assert check_bank(folder) == []
    bank = read_bank(folder)
    assert bank.info.organisations == "all"
    assert list(bank.items) == ["blue-door", "late-parcel"]
    assert list(bank.practice) == ["first-try"]
    assert tuple(bank.attributes) == ATTRIBUTES
    assert bank.attributes["trust"].name == "trust"
    assert bank.profiles["retail/shop_floor"].role == "shop_floor"
    assert list(bank.learning) == ["trust", "waiting"]
    assert bank.learning["waiting"].about.count("\n\n") == 1
    assert list(bank.interview) == ["trust", "everybody"]
    assert [question.id for question in bank.interview["trust"].of("high")] == ["trust-high-1", "trust-high-2"]
    assert bank.form_items(bank.forms["small-2"]) == tuple(bank.items.values())


@pytest.mark.parametrize(("file", "old", "new", "key", "message"), ERRORS)
def test_each_mistake_is_named_with_file_and_key(
    tmp_path: Path, file: str, old: str, new: str, key: str, message: str
) -> None:
    folder = write_bank(tmp_path, (file, old, new))
    with pytest.raises(BankError) as caught:
        read_bank(folder)
    problems = list(caught.value.problems)
    assert message in said(problems, file, key), problems
    assert {problem.file for problem in problems} <= {file, FORM}
    assert all(problem.remedy for problem in problems)


def test_all_mistakes_of_all_files_come_at_once(tmp_path: Path) -> None:
    folder = write_bank(
        tmp_path,
        (ITEM, 'channel = "counter"', 'channel = "lift"'),
        (ITEM, 'source = "Our own"\n', ""),
        (ITEM, "trust = 1.5", "trust = 9"),
        (OTHER_ITEM, "version = 1", "version = "),
        (PROFILE, "low = 45", "low = 70"),
        ("bank.toml", '"en"', "5"),
    )
    (folder / "attributes.toml").write_bytes(b'# fine\n[trust]\ntitle = "Vertrauen f\xfcr alle"\n')
    with pytest.raises(BankError) as caught:
        read_bank(folder)
    found = {(problem.file, problem.key) for problem in caught.value.problems}
    assert {
        (ITEM, "channel"),
        (ITEM, "source"),
        (ITEM, "options[a].levels.trust"),
        (OTHER_ITEM, "line 3, column 11"),
        (PROFILE, "attributes.trust.low"),
        ("bank.toml", "language"),
        ("attributes.toml", "line 3"),
    } <= found
    for file, key in found:
        assert file in str(caught.value)
        assert key in str(caught.value)


def test_a_mistake_is_said_once(tmp_path: Path) -> None:
    folder = write_bank(tmp_path, ("bank.toml", '"all"', "[1, 2]"), (ITEM, "trust = 1.5", "trust = 9"))
    problems = check_bank(folder)
    assert len(problems) == len({(problem.file, problem.key) for problem in problems}) == 2, problems


def test_an_item_needs_four_options(tmp_path: Path) -> None:
    text = item_text("blue-door")
    folder = write_bank(tmp_path, **{ITEM: text[: text.rindex("[[options]]")]})
    assert "There are 3 options." in said(check_bank(folder), ITEM, "options")


def test_an_item_without_contrast_is_refused(tmp_path: Path) -> None:
    text = item_text("blue-door")
    for levels in (
        "{ trust = 1.5 }",
        "{ trust = -1.5, tact = 0.5 }",
        "{ empathy = 2 }",
        "{ flexibility = 1.5 }",
    ):
        text = text.replace(levels, "{ trust = 1 }")
    message = said(check_bank(write_bank(tmp_path, **{ITEM: text})), ITEM, "options")
    assert "differ on 0 of the six attributes" in message
    assert "The widest distance between two options on one attribute is 0." in message


def test_two_options_may_not_read_the_same(tmp_path: Path) -> None:
    text = "Replace the door on his word and wish him a good day with it."
    change = (ITEM, "Offer to fit another kind of lock while he waits here with you.", text)
    assert f"2 options read '{text}'" in said(check_bank(write_bank(tmp_path, change)), ITEM, "options")


def test_an_id_in_two_files_is_reported_for_both(tmp_path: Path) -> None:
    folder = write_bank(tmp_path, **{"practice/blue-door.toml": item_text("blue-door")})
    problems = check_bank(folder)
    assert "also the id of practice/blue-door.toml" in said(problems, ITEM, "id")
    assert f"also the id of {ITEM}" in said(problems, "practice/blue-door.toml", "id")


def test_two_forms_of_one_id_are_reported(tmp_path: Path) -> None:
    folder = write_bank(tmp_path)
    (folder / "forms/again.toml").write_text((folder / FORM).read_text())
    assert "also the id of forms/again.toml" in said(check_bank(folder), FORM, "id")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('parallel_to = "none-such"', "There is no other form 'none-such'."),
        ('parallel_to = "second"', "There is no other form 'second'."),
        ('parallel_to = "third"', "'third' is itself a second form."),
        ('parallel_to = "shorter"', "'shorter' has 1 items."),
        ('parallel_to = "elsewhere"', "'elsewhere' is of any."),
    ],
)
def test_a_second_form_is_like_the_first(tmp_path: Path, line: str, sentence: str) -> None:
    folder = write_bank(tmp_path)
    first = (folder / FORM).read_text()
    name = re.search(r'id = "(.*?)"', first)[1]  # type: ignore[index]
    more = {
        "second": (line, "retail", '["blue-door@1", "late-parcel@1"]'),
        "third": (f'parallel_to = "{name}"', "retail", '["blue-door@1", "late-parcel@1"]'),
        "shorter": ("", "retail", '["blue-door@1"]'),
        "elsewhere": ("", "any", '["blue-door@1", "blue-door@1"]'),
    }
    for form, (parallel, sector, items) in more.items():
        text = f'id = "{form}"\ntitle = "T"\nsector = "{sector}"\n{parallel}\nitems = {items}\n'
        (folder / f"forms/{form}.toml").write_text(text)
    assert sentence in said(check_bank(folder), "forms/second.toml", "parallel_to")


def test_a_form_gives_no_drafts_and_no_enemies(tmp_path: Path) -> None:
    folder = write_bank(
        tmp_path,
        (ITEM, 'source = "Our own"', 'source = "Our own"\nenemies = ["late-parcel"]'),
        (OTHER_ITEM, '"trial"', '"draft"'),
    )
    message = said(check_bank(folder), FORM, "items[2]")
    assert "'late-parcel' is draft." in message
    assert "'late-parcel' and 'blue-door' are enemies." in message


def test_a_draft_is_warned_about_its_words_and_still_read(tmp_path: Path) -> None:
    folder = write_bank(tmp_path, (PRACTICE, '"trial"', '"draft"'), (PRACTICE, "You work at a counter.", WORDS))
    problems = check_bank(folder)
    assert [(problem.key, problem.severity) for problem in problems] == [("situation", "warning")]
    assert "first-try" in read_bank(folder).practice


def test_a_retired_item_is_left_as_it_was(tmp_path: Path) -> None:
    folder = write_bank(tmp_path, (PRACTICE, '"trial"', '"retired"'), (PRACTICE, "You work at a counter.", WORDS))
    assert check_bank(folder) == []


def test_a_cue_word_is_a_warning(tmp_path: Path) -> None:
    folder = write_bank(tmp_path, (ITEM, "Replace the door", "Just replace the door"))
    [problem] = check_bank(folder)
    assert (problem.key, problem.severity) == ("options[a].text", "warning")
    assert "'Just' hints" in problem.message


def test_a_profile_that_weighs_nothing_is_refused(tmp_path: Path) -> None:
    folder = write_bank(tmp_path)
    path = folder / PROFILE
    path.write_text(path.read_text().replace("weight = 1", "weight = 0"))
    assert "No attribute has a weight" in said(check_bank(folder), PROFILE, "attributes")


def test_a_band_may_be_open_and_an_unused_attribute_needs_no_task(tmp_path: Path) -> None:
    folder = write_bank(
        tmp_path,
        (PROFILE, "low = 45\n", ""),
        (PROFILE, 'weight = 1\ntolerance = 6\ntask = "Needs tact every day."', "weight = 0"),
    )
    assert check_bank(folder) == []
    profile = read_bank(folder).profiles["retail/shop_floor"]
    assert profile.attributes["trust"].low is None
    assert (profile.attributes["tact"].weight, profile.attributes["tact"].tolerance) == (0, 6)


def test_a_number_with_evidence_of_its_own_shows_that(tmp_path: Path) -> None:
    own = (
        'task = "x"\n[attributes.trust.weight_evidence]\nlabel = "own data"\nsource = "Our shops"\nn = 120\n'
        "date = 2026-12-01\nexpiry = 2028-12-01\n"
    )
    folder = write_bank(tmp_path, (PROFILE, 'task = "Needs trust every day."', own))
    profile = read_bank(folder).profiles["retail/shop_floor"]
    assert profile.weight_evidence("trust").n == 120
    assert profile.band_evidence("trust") == profile.weight_evidence("tact") == profile.evidence


@pytest.mark.parametrize("place", ["blue.toml", "items/blue.toml", "items/any/deep/blue.toml", "item/any/blue.toml"])
def test_a_file_the_bank_would_overlook_is_reported(tmp_path: Path, place: str) -> None:
    folder = write_bank(tmp_path, **{place: "x = 1"})
    assert "doesn't look here" in said(check_bank(folder), place, "")


def test_a_folder_that_is_no_sector_is_reported(tmp_path: Path) -> None:
    folder = write_bank(tmp_path, **{"items/retial/blue-door-2.toml": item_text("blue-door-2", "retail")})
    assert "Did you mean 'retail'?" in said(check_bank(folder), "items/retial/blue-door-2.toml", "")


def test_a_folder_without_a_bank_is_no_bank(tmp_path: Path) -> None:
    with pytest.raises(BankError, match="There is no such file"):
        read_bank(tmp_path / "nowhere")


def test_a_private_bank_needs_no_attributes_profiles_or_forms(tmp_path: Path) -> None:
    folder = write_bank(tmp_path, ("bank.toml", '"all"', '["north-shop"]'))
    for file in ("attributes.toml", PRACTICE, PROFILE, FORM):
        (folder / file).unlink()
    bank = read_bank(folder)
    assert bank.info.organisations == ("north-shop",)
    assert not bank.attributes


def test_line_ends_and_byte_order_marks_of_other_systems_change_nothing(tmp_path: Path) -> None:
    here = read_bank(write_bank(tmp_path / "here"))
    folder = write_bank(tmp_path / "there")
    text = (folder / ITEM).read_text()
    (folder / ITEM).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    there = read_bank(folder)
    assert there.items["blue-door"] == here.items["blue-door"]


@pytest.mark.parametrize("junk", ["1", "'x'", "[]", "[[1], {}]", "{ x = 1 }", "true", "2026-01-01", "inf"])
def test_any_value_of_any_kind_is_answered_with_problems_and_never_a_crash(tmp_path: Path, junk: str) -> None:
    folder = write_bank(tmp_path)
    for file in (ITEM, PROFILE, FORM, INTERVIEW, "bank.toml"):
        sound = (folder / file).read_text()
        lines = sound.splitlines()
        for number, line in enumerate(lines):
            name, equals, _ = line.partition(" = ")
            if equals and '"""' not in line and "low" not in name:
                changed = [*lines[:number], f"{name} = {junk}", *lines[number + 1 :]]
                (folder / file).write_text("\n".join(changed))
                assert all(problem.remedy for problem in check_bank(folder))
        (folder / file).write_text(sound)
    assert check_bank(folder) == []


def test_a_review_names_an_item_of_the_bank_and_a_known_kind(tmp_path: Path) -> None:
    folder = write_bank(
        tmp_path, (REVIEW, 'item = "blue-door"', 'item = "blu-door"'), (OTHER_REVIEW, 'kind = "key"', 'kind = "keys"')
    )
    found = {(problem.file, problem.key) for problem in check_bank(folder) if problem.severity == "error"}
    assert found == {(REVIEW, "item"), (OTHER_REVIEW, "reviews[1].kind")}


def test_a_given_item_without_a_review_is_warned_about(tmp_path: Path) -> None:
    folder = write_bank(tmp_path)
    (folder / REVIEW).unlink()
    (problem,) = check_bank(folder)
    assert (problem.file, problem.key, problem.severity) == (ITEM, "status", "warning")


# --- learning modules beside each other


def test_an_end_is_left_to_one_technique(tmp_path: Path) -> None:
    other = module_text("greeting", "waiting", [("empathy", "low"), ("tact", "low")])
    message = said(check_bank(write_bank(tmp_path, **{"learning/greeting.toml": other})), MODULE, "serves[1]")
    assert "tact, low is served by the technique 'greeting' already." in message


def test_a_sentence_stands_once_even_within_quotation_marks(tmp_path: Path) -> None:
    folder = write_bank(tmp_path, (MODULE, "scene " * 40, "Where have you been all day? " + "scene " * 36))
    module = folder / MODULE
    text = module.read_text(encoding="utf-8").replace("“says", "“Where have you been all day? says")
    module.write_text(text, encoding="utf-8")
    assert "stands in waiting, example.scene too" in said(check_bank(folder), MODULE, "example.says")


def test_a_few_words_may_be_said_twice(tmp_path: Path) -> None:
    folder = write_bank(tmp_path, (MODULE, "“says", "“I thank you. says"), (OWN_MODULE, "“says", "“I thank you. says"))
    assert check_bank(folder) == []


def test_a_private_bank_needs_no_learning_modules(tmp_path: Path) -> None:
    folder = write_bank(tmp_path)
    for file in (MODULE, OWN_MODULE):
        (folder / file).unlink()
    assert read_bank(folder).learning == {}
    assert check_bank(folder) == []


def test_questions_about_something_else_are_not_overlooked(tmp_path: Path) -> None:
    folder = write_bank(tmp_path, **{"interview/thrust.toml": questions_text("thrust", ("low", "high", "uncertain"))})
    assert "Did you mean 'trust'?" in said(check_bank(folder), "interview/thrust.toml", "")


def test_a_private_bank_needs_no_questions_for_an_interview(tmp_path: Path) -> None:
    folder = write_bank(tmp_path)
    for file in (INTERVIEW, FOR_EVERYBODY):
        (folder / file).unlink()
    assert read_bank(folder).interview == {}
    assert check_bank(folder) == []
