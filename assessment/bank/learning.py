"""Learning modules: short pages for anybody who wants to try something, whatever they chose."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from assessment.bank.shape import Content, Names, Paragraphs, Prose

Steps = Annotated[tuple[Prose, ...], Field(strict=False)]


class Example(Content):
    scene: Prose  # who, where, and what is at stake
    says: Prose  # the colleague's own words
    after: Prose  # what it did, without a moral


class Exercise(Content):
    title: Prose
    steps: Steps  # done alone, with a phone as the timer


class Serves(Content):
    """For whom a module has something: people whose answers lie at this end of an attribute's line."""

    attribute: str
    end: str  # one of ENDS
    practice: Prose  # what they could practise


class Module(Content):
    id: str  # an attribute's name where the module is about that attribute, else the name of a technique
    title: str
    summary: Prose  # one sentence
    minutes: int  # to read it and do the exercise once
    about: Paragraphs
    example: Example
    exercise: Exercise
    serves: Annotated[tuple[Serves, ...], Field(strict=False)]
    read_on: Names = ()  # ids of other modules
    sources: Steps = ()  # of every fact that research has found

    def prose(self) -> Iterator[tuple[str, str]]:
        """Everything a person reads, each with its key in the file."""
        yield "summary", self.summary
        yield "about", self.about
        yield "example.scene", self.example.scene
        yield "example.says", self.example.says
        yield "example.after", self.example.after
        for place, step in enumerate(self.exercise.steps, start=1):
            yield f"exercise.steps[{place}]", step
        for place, served in enumerate(self.serves, start=1):
            yield f"serves[{place}].practice", served.practice
