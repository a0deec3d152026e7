"""How far a form's answers can be relied on for a role, found by simulation before anybody is judged by them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from assessment.measurement.attributes import ATTRIBUTES
from assessment.measurement.simulation.accuracy import accuracy
from assessment.measurement.simulation.nonsense import Standing, standing
from assessment.services.actors import Actor
from assessment.services.permissions import Permission
from assessment.services.profiles import role_profiles
from assessment.services.profiles.role_profiles import Need
from assessment.services.scoring import form_choices, pools, results

KINDS = ("random", "half_random", "straight", "mildest", "strongest")


@dataclass(frozen=True)
class Told:
    """What scores tell of one attribute: their correlation with the truth, the usual error in T, and the share of
    95% intervals that hold the truth.
    """

    attribute: str
    correlation: float
    error: float
    covered: float


@dataclass(frozen=True)
class Reliance:
    """A form read with a role's profile, over `people` simulated people of each kind."""

    form: str
    situations: int
    people: int
    provisional: bool
    attributes: tuple[Told, ...]
    fit_correlation: float
    fit_covered: float
    standing: Standing


def reliance(session: Session, actor: Actor, sector: str, rows: Sequence[Need]) -> Reliance:
    """What the form of a sector can tell for a role that asks for `rows`."""
    actor.need(Permission.SEE_PROFILES)
    pool = pools.of_form(session, form_choices.form_for_sector(session, actor.organisation_id, sector))
    profile = role_profiles.measure(rows)
    found = accuracy(pool.people, profile, lean_sd=pool.key.lean_sd)
    return Reliance(
        form=pool.form.title,
        situations=len(pool.form.items),
        people=len(pool.people.theta),
        provisional=pool.key.pilot_n < results.PILOTED_FROM,
        attributes=tuple(
            Told(name, float(found.correlation[d]), 10 * float(found.error[d]), float(found.covered[d]))
            for d, name in enumerate(ATTRIBUTES)
        ),
        fit_correlation=found.fit_correlation,
        fit_covered=found.fit_covered,
        standing=standing(pool.people, profile, lean_sd=pool.key.lean_sd),
    )
