"""Settings from the environment, read once at the start; every mistake is reported together."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa

from assessment import paths

DEFAULT_PORT = 8000


class SettingsError(Exception):
    """One or more settings can't be used; the message has a line for each."""


@dataclass(frozen=True)
class Mail:
    """An SMTP server that takes our mail."""

    host: str
    port: int
    security: str
    username: str | None
    password: str | None = field(repr=False)
    sender: str


@dataclass(frozen=True)
class Settings:
    """How this installation is set up. The table in README.md explains each setting."""

    data_folder: Path
    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    base_url: str
    banks: tuple[Path, ...]
    mail: Mail | None = None
    rate_limit_storage: str = "memory://"
    trusted_proxies: int = 0

    @property
    def secure(self) -> bool:
        """Whether browsers reach us over HTTPS."""
        return self.base_url.startswith("https://")


def read(environment: Mapping[str, str] = os.environ, *, base_url: str | None = None) -> Settings:
    """Settings from `environment`; `base_url` is used where BASE_URL is absent.

    Makes the data folder and, on the first start, a secret key inside it.
    Raises SettingsError naming every setting that is wrong and what it should look like.
    """
    problems: list[str] = []
    data_folder = Path(environment.get("DATA_FOLDER") or "data").resolve()
    secret_key = environment.get("SECRET_KEY") or ""
    try:
        data_folder.mkdir(parents=True, exist_ok=True)
        if not secret_key:
            secret_key = _kept_secret(data_folder / "secret_key")
    except OSError as error:
        problems.append(f"DATA_FOLDER: can't write in {data_folder}: {error.strerror}. Name another folder.")
    if secret_key and len(secret_key) < 32:
        problems.append("SECRET_KEY: too short; give at least 32 random characters.")
    settings = Settings(
        data_folder=data_folder,
        database_url=_database_url(environment, data_folder, problems),
        secret_key=secret_key,
        base_url=_base_url(environment.get("BASE_URL") or base_url or f"http://127.0.0.1:{DEFAULT_PORT}", problems),
        banks=_banks(environment, problems),
        mail=_mail(environment, problems),
        rate_limit_storage=environment.get("RATE_LIMIT_STORAGE") or "memory://",
        trusted_proxies=_whole(environment, "TRUSTED_PROXIES", 0, 10, 0, problems),
    )
    if problems:
        raise SettingsError("\n".join(problems))
    return settings


def _kept_secret(file: Path) -> str:
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as opened:
            opened.write(secrets.token_urlsafe(48))
    return file.read_text().strip()


def _database_url(environment: Mapping[str, str], data_folder: Path, problems: list[str]) -> str:
    url = environment.get("DATABASE_URL") or f"sqlite:///{data_folder / 'frontdoor.sqlite3'}"
    try:
        backend = sa.make_url(url).get_backend_name()
    except sa.exc.ArgumentError:
        backend = ""
    if backend not in ("sqlite", "postgresql"):
        problems.append(
            "DATABASE_URL: not understood; write sqlite:////full/path/file.sqlite3"
            " or postgresql://user:password@host/name."
        )
    elif backend == "sqlite" and not sa.make_url(url).database:
        problems.append("DATABASE_URL: an SQLite database needs a file; answers would be lost in memory.")
    return url


def _base_url(url: str, problems: list[str]) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        problems.append("BASE_URL: write how browsers reach the server, like https://assess.example.org")
    return url.rstrip("/")


def bank_folders(environment: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """The folders of ITEM_BANK, whether they are banks or not; the shipped one without it."""
    named = environment.get("ITEM_BANK")
    return tuple(Path(name) for name in named.split(os.pathsep) if name) if named else (paths.ITEM_BANK,)


def _banks(environment: Mapping[str, str], problems: list[str]) -> tuple[Path, ...]:
    folders = bank_folders(environment)
    problems.extend(
        f"ITEM_BANK: {folder} is not an item bank; it has no bank.toml."
        for folder in folders
        if not (folder / "bank.toml").is_file()
    )
    return folders


def _mail(environment: Mapping[str, str], problems: list[str]) -> Mail | None:
    host = environment.get("MAIL_SERVER")
    if not host:
        return None
    security = environment.get("MAIL_SECURITY") or "starttls"
    if security not in ("starttls", "tls", "none"):
        problems.append("MAIL_SECURITY: write starttls, tls or none.")
    sender = environment.get("MAIL_FROM") or ""
    if "@" not in sender:
        problems.append("MAIL_FROM: the address that mail comes from is needed, like hiring@example.org")
    usual = {"tls": 465, "none": 25}.get(security, 587)
    return Mail(
        host=host,
        port=_whole(environment, "MAIL_PORT", 1, 65535, usual, problems),
        security=security,
        username=environment.get("MAIL_USERNAME"),
        password=environment.get("MAIL_PASSWORD"),
        sender=sender,
    )


def _whole(environment: Mapping[str, str], name: str, low: int, high: int, default: int, problems: list[str]) -> int:
    text = environment.get(name)
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        problems.append(f"{name}: write a whole number from {low} to {high}.")
        return default
    return int(text)
