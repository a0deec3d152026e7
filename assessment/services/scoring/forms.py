"""Forms of a bank: what they will tell; and new ones from a blueprint, the best items in the order of giving."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from assessment.bank.blueprint import Blueprint, candidates, enemies, in_giving_order, limits
from assessment.bank.content import Bank, Form, Item
from assessment.bank.key import expert_model
from assessment.bank.reading import ReadingTime, reading_time
from assessment.bank.values import SLUG
from assessment.measurement.forms.assembly import ALIKE, TIME_LIMIT, Assembly, Progress, assemble
from assessment.measurement.forms.precision import Precision, precision
from assessment.measurement.scoring import DEFAULT_PRIOR
from assessment.services.errors import DomainError


@dataclass(frozen=True, eq=False)
class ReadForm:
    """A form with what it will tell under the experts' key."""

    form: Form
    items: tuple[Item, ...]  # in the order of giving
    precision: Precision
    time: ReadingTime  # practice items included


@dataclass(frozen=True, eq=False)
class Assembled:
    forms: tuple[ReadForm, ...]
    assembly: Assembly
    candidates: int  # items there were to choose from


def assemble_forms(
    bank: Bank,
    blueprint: Blueprint,
    form_id: str,
    title: str,
    rng: np.random.Generator,
    *,
    forms: int = 1,
    parallel_to: str | None = None,
    alike: float = ALIKE,
    time_limit: float = TIME_LIMIT,
    progress: Callable[[Progress], None] | None = None,
) -> Assembled:
    """The best form under the experts' key, or several parallel ones, of which the others are form_id-2, form_id-3, ...

    Those after the first are parallel to it, and the first to `parallel_to`, which the blueprint may avoid.
    DomainError: an id that is taken or is none, no title, no items, no such form to be parallel to.
    InfeasibleError and TimeoutError: as `assemble`.
    """
    names = named(bank, form_id, title, forms)
    if parallel_to is not None and (forms > 1 or parallel_to not in bank.forms):
        raise DomainError(f"One form can be parallel to a form of the bank; there must be a form '{parallel_to}'.")
    items = candidates(bank, blueprint.sector)
    if not items:
        raise DomainError(f"The bank has no items on trial or live for {blueprint.sector}.")
    practice = bank.practised
    model = expert_model(items)
    assembly = assemble(
        model,
        DEFAULT_PRIOR,
        blueprint.length,
        limits=limits(blueprint, items, practice),
        enemies=enemies(items),
        forms=forms,
        alike=alike,
        time_limit=time_limit,
        progress=progress,
    )
    made = []
    for (one_id, one_title), positions in zip(names, assembly.forms, strict=True):
        ordered = in_giving_order([items[j] for j in positions], rng)
        form = Form(
            id=one_id,
            title=one_title,
            sector=blueprint.sector,
            parallel_to=parallel_to if one_id == names[0][0] else names[0][0],
            items=tuple(item.ref for item in ordered),
        )
        made.append(read(bank, form))
    return Assembled(tuple(made), assembly, len(items))


def read(bank: Bank, form: Form) -> ReadForm:
    """What a form of a bank's items will tell."""
    items = bank.form_items(form)
    time = reading_time((*bank.practised, *items))
    return ReadForm(form, items, precision(expert_model(items), DEFAULT_PRIOR), time)


def named(bank: Bank, form_id: str, title: str, forms: int) -> list[tuple[str, str]]:
    """The id and the title of each form; DomainError where one can't be used."""
    if not SLUG.fullmatch(form_id):
        raise DomainError(f"'{form_id}' is not an id. Use lower-case letters and digits, joined by single hyphens.")
    if not title.strip():
        raise DomainError("The title is empty. Name the form as people will see it.")
    names = [(form_id, title)]
    if forms > 1:
        names += [(f"{form_id}-{number}", f"{title}, form {number}") for number in range(2, forms + 1)]
    for one_id, _ in names:
        if one_id in bank.forms:
            raise DomainError(f"The bank has a form '{one_id}' already. Give another id.")
    return names
