"""What is installed is what was written: a wheel that works from any folder, and dev.py's clear refusals."""

import os
import re
import socket
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(HOUSE)],
        check=True,
        capture_output=True,
    )
    (file,) = folder.glob("*.whl")
    return file


@pytest.mark.install
def test_templates_migrations_and_bank_travel_in_the_wheel(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = "assessment/_shipped"
    for file in HOUSE.glob("templates/**/*.html"):
        assert f"{shipped}/{file.relative_to(HOUSE).as_posix()}" in names
    for file in HOUSE.glob("item_bank/**/*.toml"):
        assert f"{shipped}/{file.relative_to(HOUSE).as_posix()}" in names
    assert f"{shipped}/migrations/versions/0001_the_first_tables.py" in names
    assert "assessment/web/static/frontdoor.css" in names


@pytest.mark.install
def test_the_wheel_serves_from_any_folder(wheel: Path, tmp_path: Path) -> None:
    """Unpacked in front of the environment's own packages, so that nothing has to be downloaded."""
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "PYTHONPATH": str(site),
        "DATA_FOLDER": str(tmp_path / "data"),
        "PYTHONUNBUFFERED": "1",
    }
    environment.pop("DATABASE_URL", None)
    server = subprocess.Popen(
        [sys.executable, "-m", "assessment", "serve", "--port", str(port)],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        assert server.stdout.readline() == f"Ready: http://127.0.0.1:{port}/\n"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
            page = answer.read().decode()
        assert "Frontdoor" in page
        where = subprocess.run(
            [sys.executable, "-c", "from assessment import paths; print(paths.TEMPLATES)"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert where.stdout.startswith(str(site)), "the wheel's own copy was used"
    finally:
        server.terminate()
        assert server.wait(timeout=20) == 0
        server.stdout.close()


def dev(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(HOUSE / "dev.py"), *arguments], capture_output=True, text=True, check=False
    )


def test_a_busy_port_is_one_sentence() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        done = dev("serve", "--port", str(busy.getsockname()[1]))
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "choose another one with --port" in done.stderr


def test_an_unwritable_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = dev("serve", "--port", "0", "--data", str(tmp_path / "file"))
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "choose another one with --data" in done.stderr


def test_an_old_python_is_one_sentence(tmp_path: Path) -> None:
    text = (HOUSE / "dev.py").read_text().replace("OLDEST_PYTHON = (3, 11)", "OLDEST_PYTHON = (9, 9)")
    (tmp_path / "dev.py").write_text(text)
    done = subprocess.run(
        [sys.executable, str(tmp_path / "dev.py"), "serve"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert re.fullmatch(r"Frontdoor needs Python 9\.9 or newer; this is Python 3\.\d+\..*\n", done.stderr)
