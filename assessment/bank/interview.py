"""Questions for an interview: about what somebody did, with what to listen for and a scale with anchors."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from assessment.bank.shape import Content, Prose


class Scale(Content):
    """What an answer tells of that is rated 1, 3 and 5; 2 and 4 lie between."""

    one: Prose
    three: Prose
    five: Prose


class Question(Content):
    id: str  # of all questions of the bank; ratings are kept by it
    concern: str  # one of CONCERNS; EVERYBODY in the file of that name
    question: Prose
    follow_up: Prose
    listen_for: Annotated[tuple[Prose, ...], Field(strict=False)]
    scale: Scale

    def prose(self) -> Iterator[tuple[str, str]]:
        """Everything a person reads, each with its key in the table."""
        yield "question", self.question
        yield "follow_up", self.follow_up
        for place, text in enumerate(self.listen_for, start=1):
            yield f"listen_for[{place}]", text
        yield "scale.one", self.scale.one
        yield "scale.three", self.scale.three
        yield "scale.five", self.scale.five


class Questions(Content):
    """The file of an attribute, or of what everybody is asked."""

    about: str  # an attribute, or EVERYBODY
    questions: Annotated[tuple[Question, ...], Field(strict=False)]

    def of(self, concern: str) -> tuple[Question, ...]:
        """The questions for one concern, in the order of the file."""
        return tuple(question for question in self.questions if question.concern == concern)


Interview = Mapping[str, Questions]  # by attribute, in the order of ATTRIBUTES, then EVERYBODY; may be empty
