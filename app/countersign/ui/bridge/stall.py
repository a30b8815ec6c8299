"""Measures how long the UI thread was ever kept from its events; off unless asked for."""

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer

TICK = 5
"""Milliseconds between two ticks."""


class StallMeter(QObject):
    """Remembers the largest gap between two ticks of a timer on the UI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK)
        self._timer.timeout.connect(self._tick)
        self.largest_ms = 0.0
        """Milliseconds by which the worst tick came late."""

    def start(self) -> None:
        """Begin to measure, from zero."""
        self.largest_ms = 0.0
        self._clock.start()
        self._timer.start()

    def stop(self) -> float:
        """End; return the largest stall in milliseconds."""
        self._timer.stop()
        return self.largest_ms

    def _tick(self) -> None:
        gap = self._clock.nsecsElapsed() / 1e6 - TICK
        self._clock.restart()
        self.largest_ms = max(self.largest_ms, gap)
