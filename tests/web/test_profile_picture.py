"""The profile picture: what it says, what it marks, and that it keeps within our content security policy."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import jinja2
import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


@dataclass(frozen=True)
class Row:
    title: str = "Trust"
    low_pole: str = "checks before acting"
    high_pole: str = "acts on the account"
    band: bool = True
    low: float | None = 45
    high: float | None = 60
    weight: float | None = 1


@dataclass(frozen=True)
class Point:
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Person:
    label: str
    letter: str
    points: list[Point | None]


ROWS = [
    Row(),
    Row("Tact", "says it in plain words", "prepares and cushions", low=None, weight=1.5),
    Row(
        "Working with rules",
        "own judgement at the rule’s edge",
        "follows the rule or asks its owner",
        high=None,
    ),
]


def person(letter: str, *means: float | None) -> Person:
    points = [None if mean is None else Point(mean, mean - 6, mean + 6) for mean in means]
    return Person(f"Candidate {ord(letter)}", letter, points)


@pytest.fixture(scope="module")
def macros() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
    )
    return environment.get_template("_profile.html")


def drawing(macros: jinja2.Template, rows: list[Row], people: list[Person], **options: object) -> ElementTree.Element:
    text = str(macros.module.profile_lines(rows, people, "p", "Against the role", **options))
    return ElementTree.fromstring(f"<html>{text}</html>")


def having(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [element for element in root.iter() if name in element.get("class", "").split()]


def every_macro(macros: jinja2.Template) -> str:
    people = [person("A", 54, 12, 90), person("B", None, 50, 66)]
    m = macros.module
    series = [
        {"label": "Draft", "kind": "draft", "counts": [1, 0, 4]},
        {"label": "Now", "kind": "published", "counts": [2, 2, 1]},
    ]
    return "".join(
        str(part)
        for part in (
            m.profile_lines(ROWS, people, "lines", "Two people", axis=True, show_caption=True),
            m.profile_small(ROWS, people[0].points, "small"),
            m.profile_table(ROWS, people),
            m.histogram([0, 30, 60, 100], series, "fit", "Fit", marks=[{"at": 44, "label": "At random"}]),
        )
    )


def test_every_picture_has_a_title_and_a_description_and_is_named_by_them(macros: jinja2.Template) -> None:
    pictures = [e for e in drawing(macros, ROWS, [person("A", 54, 40, 61)]).iter() if e.get("role") == "img"]
    assert len(pictures) == 2
    for picture in pictures:
        title, description = picture.find("title"), picture.find("desc")
        assert title is not None
        assert title.text == "Against the role"
        assert description is not None
        assert "Trust, from “checks before acting” to “acts on the account”" in (description.text or "")
        assert picture.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"


def test_the_description_says_where_each_person_stands_in_numbers(macros: jinja2.Template) -> None:
    description = drawing(macros, ROWS[:1], [person("A", 54), person("B", None)]).find(".//desc")
    assert description is not None
    assert description.text is not None
    assert "the role asks for 45 to 60" in description.text
    assert "Candidate 65: 54 (48 to 60)" in description.text
    assert "Candidate 66: not known" in description.text


def test_nothing_is_styled_or_scripted_inside_the_page(macros: jinja2.Template) -> None:
    markup = every_macro(macros)
    assert not re.search(r"\sstyle\s*=|<style|<script|\son[a-z]+\s*=|javascript:", markup, re.IGNORECASE)


def test_a_person_outside_the_scale_is_drawn_at_its_end_with_a_mark(macros: jinja2.Template) -> None:
    root = drawing(macros, ROWS[:1], [person("A", 84), person("B", 3), person("C", 50)])
    for picture in (e for e in root.iter() if e.get("role") == "img"):
        marks = having(picture, "outside")
        assert [mark.get("data-outside") for mark in marks] == ["high", "low"]
        places = [
            e.get("x")
            for e in picture.iter("svg")
            if having(e, "mark") and e.get("x", "").endswith("%") and len(e.findall("svg")) == 0
        ]
        assert places == ["100.0%", "0.0%", "50.0%"]


def test_no_line_ever_leaves_the_scale(macros: jinja2.Template) -> None:
    root = drawing(macros, [Row(low=-10, high=200)], [person("A", 84), person("B", 3), person("C", 400)])
    ends = [e.get(key, "") for e in root.iter("line") for key in ("x1", "x2")]
    shares = [float(end.rstrip("%")) for end in ends if end.endswith("%")]
    assert shares
    assert all(0 <= share <= 100 for share in shares)


def test_a_person_inside_the_scale_has_no_mark(macros: jinja2.Template) -> None:
    assert not having(drawing(macros, ROWS[:1], [person("A", 20), person("B", 80)]), "outside")


def test_an_open_band_reaches_the_end_of_the_scale_and_has_one_edge(macros: jinja2.Template) -> None:
    for row, start, width, edge in (
        (Row(low=None, high=50), "0.0%", "50.0%", "50.0%"),
        (Row(low=65, high=None), "75.0%", "25.0%", "75.0%"),
    ):
        for picture in (e for e in drawing(macros, [row], []).iter() if e.get("role") == "img"):
            (band,) = having(picture, "band")
            assert (band.get("x"), band.get("width")) == (start, width)
            assert [line.get("x1") for line in having(picture, "band-edge")] == [edge]


def test_a_candidates_own_picture_has_no_band_no_weights_and_no_numbers(macros: jinja2.Template) -> None:
    rows = [Row(band=False, low=None, high=None, weight=None)]
    you = Person("You", "A", [Point(66, 60, 72)])
    root = drawing(macros, rows, [you], numbers=False)
    assert not having(root, "band")
    assert not having(root, "weight")
    assert not having(root, "letter")
    said = "".join(root.itertext())
    assert "clearly towards “acts on the account”" in said
    assert not re.search(r"\d", said)
    table = str(macros.module.profile_table(rows, [you], numbers=False))
    assert "clearly towards" in table
    assert "asks for" not in table


def test_every_person_and_every_attribute_appears_in_the_table(macros: jinja2.Template) -> None:
    people = [person(letter, 54, 12, 90) for letter in "ABCDEFGH"]
    root = ElementTree.fromstring(str(macros.module.profile_table(ROWS, people)).strip())
    heads = ["".join(head.itertext()) for head in root.findall(".//thead//th")]
    assert heads == ["Attribute", "The role asks for", *(f"{one.letter}: {one.label}" for one in people)]
    lines = root.findall(".//tbody/tr")
    assert len(lines) == len(ROWS)
    for row, line in zip(ROWS, lines, strict=True):
        cells = line.findall("td")
        assert row.title in "".join(line.find("th").itertext())  # type: ignore[union-attr]
        assert [cell.get("data-label") for cell in cells] == [
            "The role asks for",
            *(one.label for one in people),
        ]
        assert all("".join(cell.itertext()).strip() for cell in cells)


def test_open_bands_are_put_into_words_in_the_table(macros: jinja2.Template) -> None:
    table = str(macros.module.profile_table(ROWS, [person("A", 54, 50, 50)]))
    assert "45 to 60" in table
    assert "up to 60" in table
    assert "45 or more" in table
    assert "counts 1.5 times" in table


def test_two_pictures_on_one_page_share_no_id(macros: jinja2.Template) -> None:
    people = [person("A", 54, 12, 90)]
    m = macros.module
    page = "".join(
        str(one)
        for name in ("first", "second")
        for one in (
            m.profile_lines(ROWS, people, name, "One"),
            m.profile_small(ROWS, people[0].points, name + "-row"),
            m.profile_table(ROWS, people),
        )
    )
    ids = Counter(re.findall(r'\sid="([^"]+)"', page))
    assert ids
    assert max(ids.values()) == 1


def test_no_text_is_smaller_than_twelve_pixels_and_no_drawing_is_scaled(macros: jinja2.Template) -> None:
    root = ElementTree.fromstring(f"<html>{every_macro(macros)}</html>")
    sizes = [float(text.get("font-size", "0")) for text in root.iter("text")]
    assert sizes
    assert min(sizes) >= 12
    for picture in (e for e in root.iter("svg") if e.get("role") == "img"):
        assert picture.get("viewBox") is None
        assert picture.get("width") == "100%"


def test_lines_of_different_people_never_overlap_however_many_there_are(macros: jinja2.Template) -> None:
    people = [person(chr(65 + n), 50) for n in range(12)]
    for picture in (e for e in drawing(macros, ROWS[:1], people).iter() if e.get("role") == "img"):
        heights = [float(one.get("y", "nan")) for one in having(picture, "person")]
        assert len(heights) == 12
        assert all(after - before >= 24 for before, after in itertools.pairwise(heights))
        assert float(picture.get("height", "0")) > heights[-1]


def test_people_are_told_apart_by_shape_and_letter_as_well_as_by_colour(macros: jinja2.Template) -> None:
    people = [person(letter, 50) for letter in "ABCDEF"]
    picture = next(e for e in drawing(macros, ROWS[:1], people).iter() if e.get("role") == "img")
    marks = having(picture, "mark")
    shapes = {(mark.tag, mark.get("d")) for mark in marks}
    assert len(shapes) == 6
    assert [letter.text for letter in having(picture, "letter")] == list("ABCDEF")


def test_a_single_person_has_no_letter_and_no_legend(macros: jinja2.Template) -> None:
    root = drawing(macros, ROWS, [person("A", 54, 12, 90)])
    assert not having(root, "letter")
    assert not having(root, "profile-legend")


def test_the_small_picture_is_hidden_from_screen_readers_and_marks_what_is_outside(
    macros: jinja2.Template,
) -> None:
    root = ElementTree.fromstring(str(macros.module.profile_small(ROWS, person("A", 54, 12, 90).points, "s")).strip())
    assert root.get("aria-hidden") == "true"
    assert [mark.get("data-outside") for mark in having(root, "mark")] == [None, "low", "high"]
    assert [text.text for text in root.iter("text")] == [row.title[:2] for row in ROWS]
    assert root.get("width") == "100%"


def test_names_are_escaped(macros: jinja2.Template) -> None:
    wicked = Row(title="<b>&", low_pole="<i>low</i> and a long label that breaks", high_pole='"high"')
    one = Person("<script>alert(1)</script>", "A", [Point(50, 44, 56)])
    markup = str(macros.module.profile_lines([wicked], [one, one], "x", "<u>")) + str(
        macros.module.profile_table([wicked], [one])
    )
    assert "<script" not in markup
    assert "<i>" not in markup
    assert "<b>" not in markup
    assert "<u>" not in markup
    assert "&amp;lt;" not in markup


def test_the_histogram_draws_both_series_and_says_their_counts(macros: jinja2.Template) -> None:
    series = [
        {"label": "Draft", "kind": "draft", "counts": [0, 5]},
        {"label": "Published", "kind": "published", "counts": [3, 2]},
    ]
    text = str(macros.module.histogram([0, 50, 100], series, "h", "Fit", marks=[{"at": 140, "label": "Off the scale"}]))
    root = ElementTree.fromstring(f"<html>{text}</html>")
    assert having(root, "step-draft")
    assert having(root, "step-published")
    description = root.find(".//desc")
    assert description is not None
    assert "Draft: 5 in all, 0, 5." in (description.text or "")
    (marker,) = having(root, "marker")
    assert marker.get("x1") in ("100%", "100.0%")


def test_a_histogram_of_nobody_can_be_drawn(macros: jinja2.Template) -> None:
    assert "<svg" in str(
        macros.module.histogram([0, 50, 100], [{"label": "Draft", "kind": "draft", "counts": [0, 0]}], "h", "Fit")
    )
