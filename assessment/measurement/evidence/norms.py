"""Where a person stands among others: percentiles and T within a group of one sector, language or vacancy.

Never within a group of one sex, race, colour, religion or origin: US law forbids different norms by them.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv

from assessment.measurement.attributes import check_names
from assessment.measurement.fit import withheld
from assessment.measurement.model import Floats
from assessment.measurement.scale import t_from_theta
from assessment.measurement.scoring import STORED_DECIMALS, Scores

KINDS = ("sector", "language", "vacancy")
NORM_SIZE = 300  # people, to be called a norm
TAIL = 0.025  # on either side of an interval

_SECTION_106 = (
    "the US Civil Rights Act of 1991, s. 106 (42 U.S.C. 2000e-2(l)), forbids adjusting scores, using different "
    "cutoffs or otherwise altering the results of tests on the basis of race, color, religion, sex or national origin"
)
# Section 106 is silent on these; other norms for the old or the disabled are unequal treatment all the same.
_AGE = "US law (29 U.S.C. 623, from 40 up) and EU directive 2000/78 forbid treating applicants unequally by age"
_DISABILITY = (
    "US law (42 U.S.C. 12112) and EU directive 2000/78 forbid treating applicants unequally because of a disability"
)

# Whole words of a name, or with * their beginning. (Not any part: there is an age in language and a race in trace.)
PROTECTED: dict[str, tuple[str, ...]] = {
    _SECTION_106: (
        *("sex", "sexes", "sexual*", "gender*", "male*", "female*", "man", "men", "woman*", "women*", "pregnan*"),
        *("race", "races", "racial*", "ethnic*", "color*", "colour*", "skin", "religio*", "faith*", "creed*"),
        *("origin", "origins", "ancestr*", "nationalit*"),
    ),
    _AGE: ("age", "ages", "aged", "birth*", "dob"),
    _DISABILITY: ("disab*", "handicap*"),
}


@dataclass(frozen=True, eq=False)
class Percentile:
    """Percentiles as fractions from 0 to 1, each (M, D): value, and its 95% interval.

    The interval is about who happened to be in the group; the person's own error of measurement comes on top.
    """

    value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, eq=False)
class NormGroup:
    """The scores of n people one may be compared with, and what they are made of. Make it with `norm_group`.

    values (n, D): theta, rounded as stored, each column sorted by itself, so that no row is a person. left_out: people
    without a score or with a withheld one. ValueError: a kind that is protected or unknown, no value, shapes, values
    unsorted or not finite, fewer than 2 people, an attribute on which all are equal.
    """

    attributes: tuple[str, ...]
    kind: str
    value: str
    made_on: date
    values: Floats
    left_out: int

    def __post_init__(self) -> None:
        check_kind(self.kind)
        check_names(self.attributes)
        if not self.value.strip():
            raise ValueError(f"a norm group needs the name of its {self.kind}")
        values = _as_stored(self.values)
        if values.ndim != 2 or len(values) < 2 or values.shape[1] != len(self.attributes):
            raise ValueError(
                f"a group needs scores (2 or more people, {len(self.attributes)} attributes), not {values.shape}"
            )
        if not np.isfinite(values).all() or (np.diff(values, axis=0) < 0).any():
            raise ValueError("a group's values must be finite and sorted, each attribute by itself")
        if not (values[0] < values[-1]).all():
            raise ValueError("all people of the group have the same score: it compares nothing")
        if self.left_out < 0:
            raise ValueError("people left out are counted from 0 up")
        values.setflags(write=False)
        object.__setattr__(self, "values", values)

    @property
    def n(self) -> int:
        """How many people are in the group."""
        return len(self.values)

    @property
    def is_norm(self) -> bool:
        """Whether it is large enough to be called a norm: 300 people."""
        return self.n >= NORM_SIZE

    @property
    def title(self) -> str:
        """What it may be called: "norm", below 300 people "comparison group"."""
        return "norm" if self.is_norm else "comparison group"

    @property
    def digest(self) -> str:
        """SHA-256 over the attributes and the sorted values: the same for the same scores, whoever asks when."""
        content = json.dumps([list(self.attributes), self.values.tolist()], separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()

    def percentile(self, theta: ArrayLike) -> Percentile:
        """Midrank percentiles of theta (M, D), NaN for NaN: (people below + half of those equal) / n.

        For a member of the group that is (r - .5)/n with r its midrank. With k = n times it the 95% interval is
        Jeffreys', the quantiles of Beta(k + .5, n - k + .5), with 0 as its low end where k is 0 and 1 as its high
        end where k is n (Brown, Cai & DasGupta 2001).
        """
        theta = _as_stored(self._checked(theta))
        columns = list(zip(self.values.T, theta.T, strict=True))
        below, upto = (np.array([np.searchsorted(v, t, side) for v, t in columns]).T for side in ("left", "right"))
        k = np.where(np.isnan(theta), np.nan, (below + upto) / 2)
        low = np.where(k == 0, 0.0, betaincinv(k + 0.5, self.n - k + 0.5, TAIL))
        high = np.where(k == self.n, 1.0, betaincinv(k + 0.5, self.n - k + 0.5, 1 - TAIL))
        return Percentile(k / self.n, low, high)

    def t(self, theta: ArrayLike) -> Floats:
        """T = 50 + 10 z, (M, D), z by the group's own mean and standard deviation."""
        z = (self._checked(theta) - self.values.mean(axis=0)) / self.values.std(axis=0, ddof=1)
        return t_from_theta(z)

    def to_dict(self) -> dict[str, Any]:
        """Plain, for JSON; `from_dict` reverses it."""
        return {
            "attributes": list(self.attributes),
            "kind": self.kind,
            "value": self.value,
            "made_on": self.made_on.isoformat(),
            "n": self.n,
            "left_out": self.left_out,
            "values": self.values.tolist(),
            "digest": self.digest,
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        """The group of a `to_dict`. ValueError: something is missing, n or digest are not those of the values."""
        try:
            group = cls(
                tuple(plain["attributes"]),
                plain["kind"],
                plain["value"],
                date.fromisoformat(plain["made_on"]),
                np.array(plain["values"], dtype=np.float64),
                plain["left_out"],
            )
            stated = plain["n"], plain["digest"]
        except KeyError as missing:
            raise ValueError(f"a stored norm group lacks {missing}") from None
        if stated != (group.n, group.digest):
            raise ValueError("a stored norm group was changed: its values are not those of its n and digest")
        return group

    def _checked(self, theta: ArrayLike) -> Floats:
        theta = np.asarray(theta, dtype=np.float64)
        if theta.ndim != 2 or theta.shape[1] != len(self.attributes):
            raise ValueError(f"theta must be (people, {len(self.attributes)}), not {theta.shape}")
        return theta


def norm_group(scores: Scores, kind: str, value: str, made_on: date) -> NormGroup:
    """The group of these people, who share one sector, language or vacancy (`kind`), called `value`.

    People without a score and withheld ones are left out and counted. `language` is that of the questionnaire, there to
    watch a translation; it goes with origin, so no list of applicants may be put in order by norms that
    differ by it. ValueError: as `NormGroup`.
    """
    kept = ~withheld(scores)
    values = np.sort(scores.mean[kept], axis=0)
    return NormGroup(scores.attributes, kind, value, made_on, values, int((~kept).sum()))


def check_kind(kind: str) -> None:
    """Refuse what norms may not be made by (ValueError): protected covariates with the law's reason, then
    everything but a sector, a language, a vacancy, so that a name nobody thought of does no harm.
    """
    words = _words(kind)
    for reason, patterns in PROTECTED.items():
        if any(fnmatchcase(word, pattern) for word in words for pattern in patterns):
            raise ValueError(f"no norms by {kind!r}: {reason}; use one of {', '.join(KINDS)}")
    if kind not in KINDS:
        raise ValueError(f"norm groups are by {', '.join(KINDS)}, not {kind!r}")


def _as_stored(theta: ArrayLike) -> Floats:
    """A copy, rounded like stored scores, so that a person ties with herself."""
    return np.asarray(np.round(np.asarray(theta, dtype=np.float64), STORED_DECIMALS) + 0.0)


def _words(name: str) -> list[str]:
    """The words of a name, in small letters, without accents: candidateSex, candidate_sex, CANDIDATE-SEX."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain).lower())
