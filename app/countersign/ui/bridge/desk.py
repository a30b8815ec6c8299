"""What a screen holds of the house: the port, the lanes to call it on, and the pulse."""

from PySide6.QtCore import QObject, Signal

from countersign.ui.bridge.job import Job
from countersign.ui.bridge.lane import Lane
from countersign.ui.bridge.port import DeskPort
from countersign.ui.bridge.pulse import Pulse


class Desk(QObject):
    """One per window; `close` ends every thread that it started."""

    said = Signal(str)
    """A sentence for the status line."""
    troubled = Signal(str)
    """A sentence for the status line that tells what to mend."""
    closing = Signal()
    """What can be stopped stops now."""

    def __init__(self, port: DeskPort, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.port = port
        self.catalogue = port.catalogue
        self.records = Lane("records", 1, self)
        """Views of the record and acts, one after the other."""
        self.arrivals = Lane("arrivals", 1, self)
        """Documents being brought in, which may take long."""
        self.pictures = Lane("pictures", 2, self)
        """Pages being drawn."""
        self.papers = Lane("papers", 2, self)
        """Verifications, exports and reports, which may take long and can be stopped."""
        self.orders = Lane("orders", 2, self)
        """Stopping agents and letting them go on: nothing is ever before it, not even the wait for one."""
        self.figures = Lane("figures", 1, self)
        """What agents did, which may take a moment and keeps nobody waiting."""
        self.pulse = Pulse(port, self)
        lanes = (self.records, self.arrivals, self.pictures, self.papers, self.orders, self.figures)
        for source in (*lanes, self.pulse):
            source.trouble.connect(self.troubled)

    def job(self, parent: QObject) -> Job:
        """Return what runs a long call and is stopped when the desk closes."""
        made = Job(self.papers, parent)
        self.closing.connect(made.stop)
        return made

    def start(self) -> None:
        """Begin to listen to the record."""
        self.pulse.start()

    def close(self) -> None:
        """End the threads; acts already asked for are finished first, what takes long is stopped."""
        self.closing.emit()
        self.pulse.close()
        self.pictures.close(finish=False)
        self.papers.close(finish=False)
        self.figures.close(finish=False)
        self.orders.close(finish=True)
        self.arrivals.close(finish=True)
        self.records.close(finish=True)
