"""The rules an author must meet, checked on the tables of a file as they were typed.

They read the raw table rather than the finished object, so that a file with a missing key still hears about
its other mistakes in the same run. A value of the wrong type is passed over here: the shape check names it.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from assessment.bank.content import count_words
from assessment.bank.lists import CHANNELS, EVIDENCE_LABELS, GIVEN, MOMENTS, SECTORS, STATUSES
from assessment.bank.problems import Report, Severity, entry_label, suggestion
from assessment.measurement.attributes import ATTRIBUTES

type_Table = Mapping[str, object]

OPTIONS_PER_ITEM = 4
SITUATION_WORDS = (35, 75)
OPTION_WORDS = (10, 28)
ATTRIBUTES_PER_OPTION = (1, 3)
STRONGEST_LEVEL = 2.0
VARYING_ATTRIBUTES = 2  # an item must contrast its options on this many attributes,
STRONG_CONTRAST = 2.0  # and on one of them by this much
DESIRABILITY = (1.0, 7.0)
DESIRABILITY_SPREAD = 1.5
T_SCALE = (20.0, 80.0)
HEAVIEST = 3.0
POLE_WORDS = 4
# Words that give an option away as the kind, the blunt or the lesser one.
CUE_WORDS = ("plainly", "just", "at least", "how hard that must be")

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ID_REMEDY = "Use lower-case letters, digits and single hyphens, such as scratch-on-the-tablet."
_ROLE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_REF = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)@([1-9][0-9]*)")
