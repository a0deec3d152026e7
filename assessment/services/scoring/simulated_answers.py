"""Answers of simulated people to a form of the bank: to study what scores and flags can do before anybody is asked."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from assessment.bank.content import Bank, Form, Item
from assessment.bank.key import expert_model, key_arrays
from assessment.measurement.scale import t_from_theta
from assessment.measurement.scoring import DEFAULT_PRIOR
from assessment.measurement.simulation import simulate
from assessment.measurement.simulation.simulate import KINDS, Answers, Kind
from assessment.services.errors import DomainError
from assessment.services.scoring.answer_files import Row, answer_rows

__all__ = ["KINDS", "Kind", "Simulated", "form_named", "simulated"]

CHUNK = 1000  # people at a time; changing it changes what a seed gives
DIGITS = 5  # of the number in a name, at least: names then sort as numbers


@dataclass(frozen=True, eq=False)
class Simulated:
    """Some of the people, what they were asked, and what they answered."""

    names: tuple[str, ...]
    items: tuple[Item, ...]
    given: Answers

    def rows(self) -> Iterator[Row]:
        """Their answers as a file of answers has them."""
        return answer_rows(self.names, self.items, self.given.most, self.given.least)

    def truth(self) -> Iterator[Row]:
        """Who they are, whether or not their answers tell: six T values and consistency."""
        for name, place, rho in zip(self.names, t_from_theta(self.given.theta), self.given.consistency, strict=True):
            t = {attribute: f"{value:.6f}" for attribute, value in zip(DEFAULT_PRIOR.attributes, place, strict=True)}
            yield {"person": name, **t, "consistency": f"{rho:.6f}"}


def form_named(bank: Bank, name: str | None) -> Form:
    """The form of that name, or the bank's standard one; DomainError where there is none."""
    if not bank.forms:
        raise DomainError(f"The bank {bank.info.id} has no form to answer.")
    if name is None:
        return bank.standard_form
    if name not in bank.forms:
        raise DomainError(f"There is no form '{name}' in the bank {bank.info.id}; it has {', '.join(bank.forms)}.")
    return bank.forms[name]


def simulated(bank: Bank, form: Form, kind: Kind, count: int, rng: np.random.Generator) -> Iterator[Simulated]:
    """`count` people of one kind, some at a time, who answer the form under the experts' key."""
    items = bank.form_items(form)
    model, key = expert_model(items), key_arrays(items)
    digits = max(DIGITS, len(str(count)))
    for start in range(0, count, CHUNK):
        numbers = range(start + 1, min(start + CHUNK, count) + 1)
        yield Simulated(
            names=tuple(f"{kind}-{number:0{digits}}" for number in numbers),
            items=items,
            given=simulate.answers(
                kind, model, DEFAULT_PRIOR, len(numbers), rng, levels=key.levels, desirability=key.desirability
            ),
        )
