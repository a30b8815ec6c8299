"""Where a desk keeps its things: one folder, given by option, variable or platform."""

import os
from pathlib import Path

import platformdirs

from countersign.domain.errors import Trouble
from countersign.settings.passwords import Asker

VARIABLE = "COUNTERSIGN_HOME"


class Home:
    """The folder of one desk and the places in it."""

    def __init__(self, root: Path, ask: Asker | None = None) -> None:
        """Name a folder, and how to ask whoever opens it for a password; by default nobody is asked."""
        self.root = root.expanduser().absolute()
        self.ask = ask
        self.database = self.root / "desk.sqlite"
        """The log and its views."""
        self.engine = self.root / "engine.sqlite"
        """The durable engine's own notes; may be deleted when no case is under way."""
        self.documents = self.root / "documents"
        """Documents as received, named by content."""
        self.derived = self.root / "derived"
        """What can be made again from the documents."""
        self.keys = self.root / "keys"
        self.inbox = self.root / "inbox"
        """Files dropped here are taken in."""
        self.policies = self.root / "policies"
        self.classes = self.root / "classes"
        self.lessons = self.root / "lessons"
        """What was learned from approved cases; may be deleted, and is then learned again."""
        self.logs = self.root / "logs"

    def prepare(self) -> "Home":
        """Make the folders; raises Trouble when the place cannot be written."""
        try:
            self.root.parent.mkdir(parents=True, exist_ok=True)
            self.root.mkdir(mode=0o700, exist_ok=True)  # what is in the documents is nobody else's business
            for folder in (
                self.documents,
                self.derived,
                self.keys,
                self.inbox,
                self.policies,
                self.classes,
                self.logs,
            ):
                folder.mkdir(parents=True, exist_ok=True)
            self.keys.chmod(0o700)
        except OSError as error:
            raise Trouble(
                f"The desk cannot write its folder {self.root} ({error.strerror}). "
                f"Choose another with --home or the variable {VARIABLE}."
            ) from error
        return self


def find(option: Path | None = None, ask: Asker | None = None) -> Home:
    """Return the home named by the option, else by the variable, else the platform's data folder."""
    if option is not None:
        return Home(option, ask)
    named = os.environ.get(VARIABLE)
    return Home(Path(named) if named else platformdirs.user_data_path("countersign", appauthor=False), ask)
