"""What tests of bundles share."""

from pathlib import Path

import pytest
from tests.bundle.running import GO_IS_HERE, built


@pytest.fixture(scope="session")
def go_verifier(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """verify.go as a program; None where there is no Go to build it with."""
    return built(tmp_path_factory.mktemp("go")) if GO_IS_HERE else None
