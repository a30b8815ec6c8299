"""What holds for every test: no screen, no network, no home of a real person, no stray log output.

`COUNTERSIGN_TESTS_WITHOUT_QT=1` with `-p no:pytest-qt` proves that no test outside tests/ui needs PySide6:
importing it is then an error.
"""

import logging
import os
import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import hypothesis
import pytest

hypothesis.settings.register_profile("house", deadline=None)  # a busy machine is no fault of the code
hypothesis.settings.load_profile("house")

WITHOUT_QT = os.environ.get("COUNTERSIGN_TESTS_WITHOUT_QT") == "1"
NOBODYS_HOME = Path(tempfile.mkdtemp(prefix="countersign-tests-")) / "nobodys-home"

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_LOGGING_RULES"] = "qt.qpa.fonts=false"
os.environ["COUNTERSIGN_HOME"] = str(NOBODYS_HOME)
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
os.environ["COUNTERSIGN_KEY_STORE"] = "file"
os.environ["NO_COLOR"] = "1"
os.environ.pop("DISPLAY", None)
os.environ.pop("WAYLAND_DISPLAY", None)


class NoQt:
    """An importer that refuses Qt, as on a machine that has none."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Refuse PySide6 and shiboken6, leave the rest to others."""
        if name.partition(".")[0] in ("PySide6", "shiboken6"):
            raise ModuleNotFoundError(
                f"tests outside tests/ui run without Qt, yet {name} is imported", name=name
            )
        return None


if WITHOUT_QT:
    sys.meta_path.insert(0, NoQt())


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Know pytest-qt's setting even where the plugin is switched off, so that strict settings stay strict."""
    if not pluginmanager.has_plugin("pytest-qt"):
        parser.addini("qt_api", "which Qt the tests of the screens use; unused without pytest-qt")


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Let tests reach this machine only."""
    connect = socket.socket.connect

    def connect_here(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in (
            "127.0.0.1",
            "::1",
            "localhost",
        ):
            raise AssertionError(f"a test reaches for the network: {address}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_here)
        yield


@pytest.fixture(scope="session", autouse=True)
def nobodys_home() -> Iterator[None]:
    """Fail when something wrote into the home that the environment names: tests name their own."""
    yield
    assert not NOBODYS_HOME.exists(), f"a test used {NOBODYS_HOME} in place of a home of its own"
    NOBODYS_HOME.parent.rmdir()


class Listener(logging.Handler):
    """Keeps what is logged at WARNING and above."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        self.heard.append(f"{record.name}: {record.levelname}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def no_stray_log_output(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that logs a warning or worse, unless it takes `caplog` to look at it."""
    listener = Listener()
    root = logging.getLogger()
    root.addHandler(listener)
    yield
    root.removeHandler(listener)
    if "caplog" not in request.fixturenames and listener.heard:
        pytest.fail("unexpected log output:\n" + "\n".join(listener.heard))
