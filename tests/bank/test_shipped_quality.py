"""What the flags on the quality of answers do on the form we ship, before a pilot."""

import numpy as np

from assessment import paths
from assessment.bank.key import expert_model, key_arrays
from assessment.bank.loading import read_bank
from assessment.measurement.quality.quality import power, simulated_cuts
from assessment.measurement.scoring import DEFAULT_PRIOR


def test_flags_on_the_shipped_form_find_who_does_not_read_and_spare_most_who_do() -> None:
    bank = read_bank(paths.ITEM_BANK)
    items = bank.form_items(bank.forms["general-24"])
    model, key = expert_model(items), key_arrays(items)
    rng = np.random.default_rng(20261124)
    cuts = simulated_cuts(model, DEFAULT_PRIOR, rng, people=2500)
    found = power(model, DEFAULT_PRIOR, key.levels, key.desirability, cuts, rng)
    share = dict(zip(found.kinds, found.any, strict=True))
    assert 0.08 < share["honest"] < 0.18
    assert 0.7 < share["random"] < 0.82  # 24 items do not tell all of them from honest people
    assert share["straight"] == 1
    assert share["faking"] < share["honest"]
