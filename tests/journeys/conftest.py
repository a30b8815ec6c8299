"""Homes for whole stories."""

from pathlib import Path

import pytest

from countersign.settings.home import Home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Return a home of its own, with its keys in files."""
    monkeypatch.setenv("COUNTERSIGN_KEY_STORE", "file")
    return Home(tmp_path / "home").prepare()
