"""Settings: each mistake is named, and all of them at once."""

import stat
from pathlib import Path

import pytest

from assessment import config
from assessment.config import SettingsError


def test_nothing_set_is_enough(tmp_path: Path) -> None:
    settings = config.read({"DATA_FOLDER": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path / 'frontdoor.sqlite3'}"
    assert settings.mail is None
    assert not settings.secure


def test_the_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    first = config.read({"DATA_FOLDER": str(tmp_path)}).secret_key
    assert len(first) >= 32
    assert config.read({"DATA_FOLDER": str(tmp_path)}).secret_key == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_all_mistakes_are_reported_together(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        config.read(
            {
                "DATA_FOLDER": str(tmp_path),
                "SECRET_KEY": "short",
                "DATABASE_URL": "mysql://somewhere/else",
                "BASE_URL": "assess.example.org",
                "ITEM_BANK": str(tmp_path / "missing"),
                "MAIL_SERVER": "mail.example.org",
                "MAIL_SECURITY": "perhaps",
                "MAIL_PORT": "70000",
                "TRUSTED_PROXIES": "many",
            }
        )
    named = {line.partition(":")[0] for line in str(caught.value).splitlines()}
    assert named == {
        "SECRET_KEY",
        "DATABASE_URL",
        "BASE_URL",
        "ITEM_BANK",
        "MAIL_SECURITY",
        "MAIL_PORT",
        "MAIL_FROM",
        "TRUSTED_PROXIES",
    }


def test_a_database_in_memory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="needs a file"):
        config.read({"DATA_FOLDER": str(tmp_path), "DATABASE_URL": "sqlite://"})


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(SettingsError, match="DATA_FOLDER"):
        config.read({"DATA_FOLDER": str(tmp_path / "data")})


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    settings = config.read(
        {
            "DATA_FOLDER": str(tmp_path),
            "DATABASE_URL": "postgresql://user:sesame@localhost/frontdoor",
            "MAIL_SERVER": "mail.example.org",
            "MAIL_PASSWORD": "sesame",
            "MAIL_FROM": "hiring@example.org",
        }
    )
    assert "sesame" not in repr(settings)
    assert settings.secret_key not in repr(settings)


def test_https_makes_it_secure(tmp_path: Path) -> None:
    assert config.read({"DATA_FOLDER": str(tmp_path), "BASE_URL": "https://assess.example.org/"}).secure
