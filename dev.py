#!/usr/bin/env python3
"""Set up and run Frontdoor from a checkout, with nothing but Python.

    python3 dev.py serve [--host 127.0.0.1] [--port 8000] [--data DIR]
    python3 dev.py test [arguments for pytest]

Everything is installed into `.venv` beside this file; a second start finds it there.
"""

import argparse
import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path

OLDEST_PYTHON = (3, 11)
HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
IN_VENV = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
WHAT_IT_NEEDS = {"serve": ".", "test": ".[test]"}


class CannotStartError(Exception):
    """One sentence for the person at the terminal."""


def main(arguments):
    if sys.version_info < OLDEST_PYTHON:
        wanted, found = (".".join(map(str, version[:2])) for version in (OLDEST_PYTHON, sys.version_info))
        raise CannotStartError(
            f"Frontdoor needs Python {wanted} or newer; this is Python {found}. Start dev.py with a newer one."
        )
    parser = argparse.ArgumentParser(description="Set up and run Frontdoor.")
    commands = parser.add_subparsers(dest="command", required=True)
    serve_parser = commands.add_parser("serve", help="set up and serve with demo data")
    serve_parser.add_argument("--host", default="127.0.0.1")
    serve_parser.add_argument("--port", type=int, default=8000)
    serve_parser.add_argument("--data", type=Path, default=HERE / "data", help="folder of the database")
    commands.add_parser("test", help="set up and run the tests; further arguments go to pytest", add_help=False)
    known, rest = parser.parse_known_args(arguments)
    if known.command == "test":
        install("test")
        return subprocess.run([str(IN_VENV), "-m", "pytest", *(rest or ["-n", "auto"])], cwd=HERE).returncode
    if rest:
        parser.error("unknown arguments: " + " ".join(rest))
    return serve(known.host, known.port, known.data.resolve())


def serve(host, port, data):
    """Demo data, then the server; the demo's links are printed once the server answers."""
    _refuse_busy_port(host, port)
    _refuse_unwritable(data)
    install("serve")
    environment = {
        **os.environ,
        "DATA_FOLDER": str(data),
        "BASE_URL": os.environ.get("BASE_URL") or f"http://{_in_address(host)}:{port}",
        "PYTHONUNBUFFERED": "1",
    }
    demo = subprocess.run(
        [str(IN_VENV), "-m", "assessment", "demo"], env=environment, stdout=subprocess.PIPE, text=True
    )
    if demo.returncode:
        return demo.returncode
    server = subprocess.Popen(
        [str(IN_VENV), "-m", "assessment", "serve", "--host", host, "--port", str(port)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends us ends the server too
    try:
        for line in server.stdout:
            print(line, end="", flush=True)
            if line.startswith("Ready:"):
                print(demo.stdout, end="", flush=True)
        return server.wait()
    except KeyboardInterrupt:
        server.terminate()
        server.wait()
        return 0


def install(purpose):
    """Bring `.venv` up to what `purpose` needs; nothing to do when it is there already."""
    wanted = _fingerprint()
    done = VENV / f"installed-for-{purpose}"
    if IN_VENV.exists() and done.exists() and done.read_text() == wanted:
        return
    _say("Setting up (once; this takes a minute or two) ...")
    if not (IN_VENV.exists() and _works(IN_VENV)):
        shutil.rmtree(VENV, ignore_errors=True)
        _run([sys.executable, "-m", "venv", "--without-pip", str(VENV)], "make the environment .venv")
    _run([*_installer(), "-e", WHAT_IT_NEEDS[purpose]], "install what Frontdoor needs")
    done.write_text(wanted)


def _installer():
    """The first of these that is here: uv, this Python's pip, or a pip fetched for this one purpose."""
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--quiet", "--python", str(IN_VENV)]
    options = ["--python", str(IN_VENV), "install", "--quiet", "--no-compile", "--disable-pip-version-check"]
    if _succeeds([sys.executable, "-m", "pip", "--version"]):
        return [sys.executable, "-m", "pip", *options]
    if _succeeds([str(IN_VENV), "-m", "pip", "--version"]):
        return [str(IN_VENV), "-m", "pip", *options[2:]]
    return [sys.executable, str(_fetched_pip() / "pip"), *options]


def _fetched_pip():
    """Debian's bare Python has neither pip nor ensurepip: pip's wheel runs without being installed."""
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/") + "/pip/"
    _say("This Python has no pip; fetching it ...")
    try:
        with urllib.request.urlopen(index, timeout=60) as answer:
            page = answer.read().decode()
        links = re.findall(r'href="([^"]*/pip-(\d+)\.(\d+)(?:\.(\d+))?-py3-none-any\.whl)#sha256=([0-9a-f]{64})"', page)
        newest = max(links, key=lambda link: tuple(int(part or 0) for part in link[1:4]))
        with urllib.request.urlopen(urllib.parse.urljoin(index, newest[0]), timeout=120) as answer:
            wheel = answer.read()
    except (OSError, ValueError) as error:
        raise CannotStartError(
            f"Python's installer pip is missing and could not be fetched from {index} ({error})."
            " Install it (on Debian: apt install python3-pip) and start again."
        ) from error
    if hashlib.sha256(wheel).hexdigest() != newest[4]:
        raise CannotStartError(f"The pip fetched from {index} is damaged; start again.")
    file = VENV / newest[0].rpartition("/")[2]
    file.write_bytes(wheel)
    return file


def _fingerprint():
    """Changes when the list of dependencies or the Python does."""
    text = (HERE / "pyproject.toml").read_bytes() + sys.version.encode()
    return hashlib.sha256(text).hexdigest()


def _refuse_busy_port(host, port):
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            if os.name != "nt":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, OverflowError) as error:
        raise CannotStartError(
            f"Port {port} of {host} can't be used ({error}); choose another one with --port."
        ) from error


def _refuse_unwritable(folder):
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".can-be-written"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CannotStartError(
            f"The folder {folder} can't be written ({error.strerror}); choose another one with --data."
        ) from error


def _in_address(host):
    """How a browser on this machine names the host."""
    if host in ("0.0.0.0", "::", ""):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _works(python):
    return _succeeds([str(python), "-c", "import sys"])


def _succeeds(command):
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def _run(command, purpose):
    try:
        subprocess.run(command, check=True, cwd=HERE, stdout=sys.stderr)
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotStartError(f"Could not {purpose}; the lines above say why ({error}).") from error


def _say(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except CannotStartError as problem:
        print(problem, file=sys.stderr)
        sys.exit(2)
