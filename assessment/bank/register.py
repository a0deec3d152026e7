"""The register of a bank: every version that was ever given, with the digest of what is read and how it is keyed.

It is what keeps an id from being used again, a version from going back, and a given text from changing in silence.
"""

from collections.abc import Iterable, Mapping

from assessment.bank.content import Item
from assessment.bank.lists import GIVEN
from assessment.bank.problems import Report
from assessment.bank.values import Table

FILE = "register.toml"
HEAD = """\
# Every version that was ever given: id.version = digest of what is read and how it is keyed.
# Never change or remove a line; `assessment bank register` adds those that are missing.
"""

Register = dict[str, dict[int, str]]  # id -> version -> digest


def parsed(table: Table, report: Report) -> Register:
    """The register as it was typed; what is no line of it is reported."""
    register: Register = {}
    for name, versions in table.items():
        for number, digest in versions.items() if isinstance(versions, Mapping) else [("", None)]:
            if isinstance(digest, str) and number.isascii() and number.isdigit():
                register.setdefault(name, {})[int(number)] = digest
            else:
                report.add(f"{name}.{number}".rstrip("."), "This is no line of a register.", 'Write id.1 = "digest".')
    return register


def check_register(report: Report, register: Register, tables: Mapping[str, Table], items: Mapping[str, Item]) -> None:
    """`tables` are all items' files as typed, by id, `items` those of them that could be read."""
    for name, versions in register.items():
        version, highest = tables.get(name, {}).get("version"), max(versions)
        if name not in tables:
            remedy = "Put its file back; what is given no more gets the status retired."
            report.add(name, f"'{name}' was given, and its file is gone.", remedy)
        elif isinstance(version, int) and version < highest:
            report.add(name, f"'{name}' went back from version {highest} to {version}.", "A version only goes up.")
        elif name in items and items[name].digest != versions.get(items[name].version, items[name].digest):
            remedy = "Raise `version` in its file, or undo the change."
            report.add(f"{name}.{version}", f"The text or key of {items[name].ref} has changed.", remedy)
    for item in unregistered(register, items.values()):
        report.add(item.id, f"{item.ref} is given and not registered.", "Run `assessment bank register`.", "warning")


def unregistered(register: Register, items: Iterable[Item]) -> list[Item]:
    """Given items whose version has no line."""
    return [item for item in items if item.status in GIVEN and item.version not in register.get(item.id, {})]


def with_lines(register: Register, items: Iterable[Item]) -> Register:
    """The register with a line for each of these items."""
    found = {name: dict(versions) for name, versions in register.items()}
    for item in items:
        found.setdefault(item.id, {})[item.version] = item.digest
    return found


def register_text(register: Register) -> str:
    """The file of a register."""
    lines = (
        f'{name}.{number} = "{digest}"\n'
        for name in sorted(register)
        for number, digest in sorted(register[name].items())
    )
    return HEAD + "".join(lines)
