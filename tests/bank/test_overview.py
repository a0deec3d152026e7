"""What a bank holds, against plain counting."""

import numpy as np

from assessment.bank.content import Bank
from assessment.bank.lists import CHANNELS, GIVEN, MOMENTS
from assessment.bank.overview import LENGTHS, overview
from assessment.measurement.attributes import ATTRIBUTES
from assessment.services.scoring.forms import read


def test_items_are_counted_by_sector_status_channel_and_moment(bank: Bank) -> None:
    retired = bank.items["cold-soup"].model_copy(update={"status": "retired"})
    changed = Bank(**{**vars(bank), "items": {**bank.items, "cold-soup": retired}, "forms": {}})
    found = overview(changed)
    for sector, by_status in found.statuses.items():
        for status, count in by_status.items():
            assert count == sum((one.sector, one.status) == (sector, status) for one in changed.items.values())
    assert found.statuses["any"]["retired"] == 1
    kept = [item for item in changed.items.values() if item.status != "retired"]
    assert sum(found.channels.values()) == sum(found.moments.values()) == len(kept)
    assert found.moments["public-scene"] == sum(item.moment == "public-scene" for item in kept)
    assert (tuple(found.channels), tuple(found.moments), found.practice) == (CHANNELS, MOMENTS, 3)


def test_attributes_are_counted_by_where_they_vary_and_by_side(bank: Bank) -> None:
    given = [item for item in bank.items.values() if item.status in GIVEN]
    found = overview(bank).given
    assert found is not None
    assert found.count == len(given)
    for d, name in enumerate(ATTRIBUTES):
        levels = [[option.levels.get(name, 0.0) for option in item.options] for item in given]
        assert found.items[d] == sum(len(set(one)) > 1 for one in levels)
        assert found.low[d] == sum(level < 0 for one in levels for level in one)
        assert found.high[d] == sum(level > 0 for one in levels for level in one)


def test_as_many_average_items_as_a_form_has_are_expected_to_tell_what_the_form_itself_says(bank: Bank) -> None:
    """Where a bank holds the 24 items of a form and no other, 24 average ones have that form's error at T = 50."""
    form = read(bank, bank.forms["general-24"])
    only = {"items": {item.id: item for item in form.items}, "forms": {form.form.id: form.form}}
    found = overview(Bank(**{**vars(bank), **only}))
    assert found.given is not None
    own = form.precision.se[:, form.precision.t == 50][:, 0]
    np.testing.assert_allclose(found.given.error[LENGTHS.index(24)], own)
    np.testing.assert_allclose(found.reliability["general-24"], form.precision.reliability)


def test_an_empty_bank_has_nothing_to_tell(bank: Bank) -> None:
    found = overview(Bank(**{**vars(bank), "items": {}, "forms": {}}))
    assert (found.given, found.with_drafts, found.reliability) == (None, None, {})
    assert sum(found.channels.values()) == 0
