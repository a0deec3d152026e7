"""Banks made of the shipped one."""

import dataclasses
from collections.abc import Sequence

from assessment.bank.content import Bank, BankInfo


def private(bank: Bank, *organisations: str, items: Sequence[str] = ("cold-soup",)) -> Bank:
    """A bank of these organisations' own, with items of the shipped one under another roof."""
    info = BankInfo(id="north", title="Own situations", language="en", organisations=organisations)
    own = {name: bank.items[name] for name in items}
    return dataclasses.replace(bank, info=info, items=own, practice={}, profiles={}, forms={}, reviews={})


def with_status(bank: Bank, item_id: str, status: str) -> Bank:
    """The bank whose file of an item says so; without forms, since none may give what is not given."""
    item = bank.items[item_id].model_copy(update={"status": status})
    return dataclasses.replace(bank, items={**bank.items, item_id: item}, forms={})
