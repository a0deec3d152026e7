"""How pages say norm groups, and where a person stands in one."""

from assessment.services.norms.placing import Compared, Place
from assessment.services.norms.versions import Name, NormKind, Version
from assessment.web.words import SECTOR_TITLES, percent

KINDS = {NormKind.SECTOR: "By sector", NormKind.LANGUAGE: "By language", NormKind.VACANCY: "By vacancy"}
WHO = {
    NormKind.SECTOR: "of the sector",
    NormKind.LANGUAGE: "who answered in",
    NormKind.VACANCY: "of the vacancy",
}
LANGUAGES = {"en": "English"}
SECTORS = SECTOR_TITLES | {"any": "No particular sector"}  # "Any sector" would sound like everybody
NEARLY_ALL = 0.99


def kind(name: Name) -> str:
    """ "By sector"."""
    return KINDS[name.kind]


def title(name: Name) -> str:
    """ "Retail", "English", "Sales assistant"."""
    titles = {NormKind.SECTOR: SECTORS, NormKind.LANGUAGE: LANGUAGES}.get(name.kind, {})
    return titles.get(name.title, name.title)


def called(version: Version) -> str:
    """What a group may be called: a norm from 300 people on."""
    return "norm" if version.is_norm else "comparison group"


def whose(compared: Compared) -> str:
    """ "38 people of the sector Retail (comparison group, version 2)"."""
    version = compared.version
    group = f"{called(version)}, version {version.number}"
    whom = f"{WHO[version.name.kind]} {title(version.name)}"
    if (version.name.kind, version.name.value) == (NormKind.SECTOR, "any"):
        whom = "of vacancies in no particular sector"
    return f"{version.people:,} people {whom} ({group})"


def margin(compared: Compared) -> str:
    """ "14 points" of a hundred."""
    return f"{100 * compared.margin:.0f} points"


def placed(place: Place) -> str:
    """ "Higher than about 62% of them; the score’s error lets it be anything from 41% to 80%."."""
    if place.share > NEARLY_ALL:
        said = "Higher than nearly all of them"
    elif place.share < 1 - NEARLY_ALL:
        said = "Lower than nearly all of them"
    else:
        said = f"Higher than about {percent(place.share)} of them"
    return f"{said}; the score’s error lets it be anything from {percent(place.low)} to {percent(place.high)}."
