"""From a folder of files to a checked bank, or to every problem in it at once."""

import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TypeVar

from pydantic import ValidationError

from assessment.bank.content import Attribute, Bank, BankInfo, Form, Item, ItemReview, RoleProfile
from assessment.bank.interview import Interview, Questions
from assessment.bank.interview_rules import ABOUT, check_interview, check_questions
from assessment.bank.item_rules import check_item, check_item_links, check_replacing
from assessment.bank.learning import Module
from assessment.bank.learning_rules import check_module, check_modules
from assessment.bank.lists import GIVEN, SECTORS
from assessment.bank.problems import BankError, Problem, Report, shape_problems, suggestion
from assessment.bank.profile_rules import check_profile
from assessment.bank.register import FILE, Register, check_register, parsed
from assessment.bank.rules import check_attributes, check_extends, check_form, check_info, check_parallel, check_review
from assessment.bank.shape import Content
from assessment.measurement.attributes import ATTRIBUTES

Shape = TypeVar("Shape", bound=Content)
Files = dict[str, dict[str, object]]  # what was typed, by file

PLACES = (
    "bank.toml",
    "attributes.toml",
    "register.toml",
    "items/*/*.toml",
    "practice/*.toml",
    "profiles/*/*.toml",
    "forms/*.toml",
    "reviews/*/*.toml",
    "learning/*.toml",
    "interview/*.toml",
)


def read_bank(folder: Path, beside: Sequence[Path] = ()) -> Bank:
    """The bank of a folder; raises `BankError` with all problems of all files. Warnings don't stop it.

    `beside` are folders in which the bank is looked for that this one extends.
    """
    reader = _Reader(folder, _base(folder, beside))
    bank = reader.read()
    errors = [problem for problem in reader.problems if problem.severity == "error"]
    if errors or bank is None:
        raise BankError(errors)
    return bank


def check_bank(folder: Path, beside: Sequence[Path] = ()) -> list[Problem]:
    """Everything an author should look at, warnings included, file by file."""
    try:
        reader = _Reader(folder, _base(folder, beside))
    except BankError as error:  # of the bank that it extends
        return list(error.problems)
    reader.read()
    return sorted(reader.problems, key=lambda problem: problem.file)


def _base(folder: Path, beside: Sequence[Path]) -> Bank | None:
    """The bank that this one says it extends, if it is among the folders `beside`."""
    extends = _typed_info(folder).get("extends")
    for other in beside:
        if isinstance(extends, str) and other != folder and _typed_info(other).get("id") == extends:
            return read_bank(other, [one for one in beside if one != folder])
    return None


def _typed_info(folder: Path) -> dict[str, object]:
    path = folder / "bank.toml"
    return (_parse_file(path, Report("bank.toml")) if path.is_file() else None) or {}


def read_register(folder: Path) -> Register:
    """The register of a bank without mistakes; empty where there is none."""
    report = Report(FILE)
    path = folder / FILE
    return parsed(_parse_file(path, report) or {}, report) if path.is_file() else {}


class _Reader:
    def __init__(self, folder: Path, base: Bank | None) -> None:
        self.folder = folder
        self.base = base
        self._theirs = {} if base is None else {item.id: item.model_dump(mode="json") for item in base.items.values()}
        self._reports: list[Report] = []

    @property
    def problems(self) -> list[Problem]:
        return [problem for report in self._reports for problem in report.problems]

    def _report(self, file: str) -> Report:
        report = Report(file)
        self._reports.append(report)
        return report

    def read(self) -> Bank | None:
        self._check_places()
        info = self._info()
        item_files = self._parse("items/*/*.toml")
        practice_files = self._parse("practice/*.toml")
        items = self._items(item_files)
        practice = self._items(practice_files, scored=False)
        self._check_unique("items and practice", item_files | practice_files)
        self._check_links(item_files)
        self._check_register(_by_id(item_files | practice_files), {**items, **practice})
        attributes = self._attributes()
        profiles = self._profiles()
        self._check_replacing(item_files | practice_files)
        forms = self._forms(_by_id(item_files))
        reviews = self._reviews(item_files)
        learning = self._learning()
        interview = self._interview()
        if info is None:
            return None
        return Bank(info, items, practice, attributes, profiles, forms, reviews, learning, interview, self.base)

    # --- what each kind of file becomes

    def _info(self) -> BankInfo | None:
        if not (self.folder / "bank.toml").is_file():
            report = self._report("bank.toml")
            report.add("", f"There is no such file in {self.folder}.", "A bank's folder has one; see README.md.")
        for file, data in self._parse("bank.toml").items():
            report = self._report(file)
            check_info(report, data)
            check_extends(report, data, None if self.base is None else self.base.info)
            return self._build(BankInfo, report, data)
        return None

    def _items(self, files: Files, *, scored: bool = True) -> dict[str, Item]:
        items = []
        for file, data in files.items():
            path = PurePosixPath(file)
            report = self._report(file)
            sector = path.parent.name if scored else "any"
            check_item(report, data, file_id=path.stem, sector=sector, scored=scored)
            item = self._build(Item, report, data)
            if item:
                items.append(item)
        items.sort(key=lambda item: (SECTORS.index(item.sector) if item.sector in SECTORS else -1, item.id))
        return {item.id: item for item in items}

    def _attributes(self) -> dict[str, Attribute]:
        attributes = {}
        for file, data in self._parse("attributes.toml").items():
            report = self._report(file)
            check_attributes(report, data)
            for name in ATTRIBUTES:
                table = data.get(name)
                if isinstance(table, dict):
                    attribute = self._build(Attribute, report, {"name": name, **table}, under=name)
                    if attribute:
                        attributes[name] = attribute
                elif name in data:
                    report.add(name, f"'{name}' should be a table.", f"Begin it with a line [{name}].")
        return attributes

    def _profiles(self) -> dict[str, RoleProfile]:
        profiles = {}
        for file, data in self._parse("profiles/*/*.toml").items():
            path = PurePosixPath(file)
            report = self._report(file)
            check_profile(report, data, role=path.stem, sector=path.parent.name)
            if "role" in data:
                report.add("role", "'role' is not a key of this table.", "Take it out: the file's name is the role.")
            profile = self._build(RoleProfile, report, {**data, "role": path.stem})
            if profile:
                profiles[profile.key] = profile
        return profiles

    def _forms(self, item_tables: Mapping[str, dict[str, object]]) -> dict[str, Form]:
        files = self._parse("forms/*.toml")
        self._check_unique("forms", files)
        replaced = _replaced(item_tables)
        pool = {name: item for name, item in self._theirs.items() if name not in replaced} | dict(item_tables)
        forms = {}
        for file, data in files.items():
            report = self._report(file)
            check_form(report, data, pool, replaced)
            check_parallel(report, data, _by_id(files))
            form = self._build(Form, report, data)
            if form:
                forms[form.id] = form
        return forms

    def _reviews(self, item_files: Files) -> dict[str, ItemReview]:
        reviews = {}
        for file, data in self._parse("reviews/*/*.toml").items():
            report = self._report(file)
            check_review(report, data, {PurePosixPath(file).stem: item for file, item in item_files.items()})
            review = self._build(ItemReview, report, data)
            if review:
                reviews[review.item] = review
        for file, data in item_files.items():
            if str(data.get("status")) in GIVEN and PurePosixPath(file).stem not in reviews:
                self._report(file).add(
                    "status",
                    "The item is given, but no review of it is kept.",
                    "Keep what readers found in reviews/<sector>/<id>.toml, or set the status to draft.",
                    "warning",
                )
        return reviews

    def _learning(self) -> dict[str, Module]:
        files = {PurePosixPath(file).stem: data for file, data in self._parse("learning/*.toml").items()}
        names = [name for name in ATTRIBUTES if name in files]
        names += [name for name in files if name not in ATTRIBUTES]
        reports = {name: self._report(f"learning/{name}.toml") for name in names}
        modules = {}
        for name in names:
            check_module(reports[name], files[name], file_id=name)
            module = self._build(Module, reports[name], files[name])
            if module:
                modules[name] = module
        check_modules(reports, files, modules)
        return modules

    def _interview(self) -> Interview:
        files = {PurePosixPath(file).stem: data for file, data in self._parse("interview/*.toml").items()}
        names = [name for name in ABOUT if name in files]
        names += [name for name in files if name not in ABOUT]
        reports = {name: self._report(f"interview/{name}.toml") for name in names}
        interview = {}
        for name in names:
            check_questions(reports[name], files[name], file_about=name)
            questions = self._build(Questions, reports[name], files[name])
            if questions:
                interview[name] = questions
        check_interview(reports, interview)
        return interview

    @staticmethod
    def _build(shape: type[Shape], report: Report, data: dict[str, object], *, under: str = "") -> Shape | None:
        try:
            return shape.model_validate(data)
        except ValidationError as error:
            report.problems += shape_problems(report.file, shape, data, error, under=under)
            return None

    # --- across files

    def _check_places(self) -> None:
        """A file in the wrong folder would be left out without a word."""
        for path in sorted(self.folder.rglob("*.toml")):
            file = path.relative_to(self.folder)
            if not any(file.match(place) and len(file.parts) == place.count("/") + 1 for place in PLACES):
                report = self._report(file.as_posix())
                report.add("", "The bank doesn't look here.", f"It reads {', '.join(PLACES)}.")
            elif file.parts[0] in ("items", "profiles", "reviews") and file.parts[1] not in SECTORS:
                report = self._report(file.as_posix())
                report.add("", f"'{file.parts[1]}' is not a sector's folder.", suggestion(file.parts[1], SECTORS))

    def _check_unique(self, kind: str, files: Files) -> None:
        found: dict[str, list[str]] = defaultdict(list)
        for file, data in files.items():
            if isinstance(data.get("id"), str):
                found[str(data["id"])].append(file)
        for name, where in found.items():
            for file in where if len(where) > 1 else []:
                report = self._report(file)
                others = ", ".join(other for other in where if other != file)
                report.add("id", f"'{name}' is also the id of {others}.", f"Ids are unique over all {kind}.")

    def _check_links(self, files: Files) -> None:
        known = {**self._theirs, **_by_id(files)}
        for file, data in files.items():
            check_item_links(self._report(file), data, known)

    def _check_replacing(self, files: Files) -> None:
        for file, data in files.items():
            check_replacing(self._report(file), data, self._theirs)
        taken: dict[str, str] = {}
        for file, data in files.items():
            replaces = data.get("replaces")
            if isinstance(replaces, str) and replaces in taken:
                message = f"'{replaces}' is replaced by {taken[replaces]} as well."
                self._report(file).add("replaces", message, "Let one item take its place.")
            elif isinstance(replaces, str):
                taken[replaces] = file

    def _check_register(self, tables: Mapping[str, dict[str, object]], items: Mapping[str, Item]) -> None:
        """A bank without a register is not held to one."""
        for file, data in self._parse(FILE).items():
            report = self._report(file)
            check_register(report, parsed(data, report), tables, items)

    # --- reading

    def _parse(self, place: str) -> Files:
        """The tables of all files in a place; a file that is no TOML becomes a problem."""
        files: Files = {}
        for path in sorted(self.folder.glob(place)):
            report = self._report(path.relative_to(self.folder).as_posix())
            table = _parse_file(path, report)
            if table is not None:
                files[report.file] = table
        return files


def _parse_file(path: Path, report: Report) -> dict[str, object] | None:
    content = path.read_bytes()
    try:
        # Some editors begin a file with a byte order mark, which "utf-8-sig" passes over.
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        report.add(f"line {line}", "The file is not in UTF-8.", "Save it again with the encoding UTF-8.")
    except tomllib.TOMLDecodeError as error:
        message, _, place = str(error).partition(" (at ")
        report.add(place.rstrip(")"), f"This is not TOML: {message}.", "Compare the line with README.md's example.")
    return None


def _replaced(tables: Mapping[str, dict[str, object]]) -> dict[str, str]:
    """Items of the extended bank that are not given, with what is given instead: drafts replace nothing yet."""
    return {
        str(data["replaces"]): name
        for name, data in tables.items()
        if isinstance(data.get("replaces"), str) and data.get("status") in GIVEN
    }


def _by_id(files: Files) -> dict[str, dict[str, object]]:
    return {str(data["id"]): data for data in files.values() if isinstance(data.get("id"), str)}
