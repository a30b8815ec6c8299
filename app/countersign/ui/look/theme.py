"""Light or dark, following the system until a person chooses; fonts and style sheet of the desk."""

from dataclasses import asdict
from enum import StrEnum
from functools import cache
from pathlib import Path
from string import Template

from PySide6.QtCore import QObject, QSettings, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from countersign.settings.resources import shipped
from countersign.ui.look.colours import DARK, LIGHT, Colours

FAMILY = "Inter"
KEY = "look/scheme"


class Scheme(StrEnum):
    """What a person can choose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Theme(QObject):
    """The look of the whole desk; every painter asks it for its colours."""

    changed = Signal()

    def __init__(self, app: QApplication, settings_file: Path | None = None) -> None:
        super().__init__(app)
        self._app = app
        self._settings = (
            QSettings(str(settings_file), QSettings.Format.IniFormat, self) if settings_file else None
        )
        self._sheet = Template(shipped("resources", "styles", "desk.qss").read_text(encoding="utf-8"))
        self.scheme = self._remembered()
        self.colours = LIGHT
        _load_fonts()
        app.setStyle("Fusion")
        app.setFont(font())
        self._apply()
        app.styleHints().colorSchemeChanged.connect(self._on_system_changed)

    @property
    def is_dark(self) -> bool:
        """True when the desk is dark now, chosen or by the system."""
        return self.colours is DARK

    def choose(self, scheme: Scheme) -> None:
        """Take a person's choice and remember it."""
        self.scheme = scheme
        if self._settings:
            self._settings.setValue(KEY, scheme.value)
        self._apply()

    def toggle(self) -> None:
        """Go from light to dark or back."""
        self.choose(Scheme.LIGHT if self.is_dark else Scheme.DARK)

    def _remembered(self) -> Scheme:
        told = self._settings.value(KEY) if self._settings else None
        return Scheme(told) if told in list(Scheme) else Scheme.SYSTEM

    def _on_system_changed(self) -> None:
        if self.scheme is Scheme.SYSTEM:
            self._apply()

    def _apply(self) -> None:
        self.colours = self._colours()
        self._app.setPalette(_palette(self.colours))
        self._app.setStyleSheet(self._sheet.substitute(asdict(self.colours)))
        self.changed.emit()

    def _colours(self) -> Colours:
        if self.scheme is Scheme.SYSTEM:
            dark = self._app.styleHints().colorScheme() is Qt.ColorScheme.Dark
        else:
            dark = self.scheme is Scheme.DARK
        return DARK if dark else LIGHT


@cache
def font(pixels: int = 13, weight: QFont.Weight = QFont.Weight.Normal, *, figures: bool = False) -> QFont:
    """Return the desk's typeface; with `figures`, digits stand in columns. Copy it before changing it."""
    made = QFont(FAMILY)
    made.setPixelSize(pixels)
    made.setWeight(weight)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if figures:
        made.setFeature(QFont.Tag("tnum"), 1)
    return made


@cache
def _load_fonts() -> None:
    for file in sorted(shipped("resources", "fonts").glob("*.otf")):
        QFontDatabase.addApplicationFont(str(file))


def _palette(colours: Colours) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for place, colour in {
        role.Window: colours.window,
        role.WindowText: colours.text,
        role.Base: colours.surface,
        role.AlternateBase: colours.window,
        role.Text: colours.text,
        role.PlaceholderText: colours.muted,
        role.Button: colours.surface,
        role.ButtonText: colours.text,
        role.ToolTipBase: colours.raised,
        role.ToolTipText: colours.text,
        role.Highlight: colours.accent,
        role.HighlightedText: colours.on_accent,
        role.Link: colours.accent,
        role.Mid: colours.line,
        role.Accent: colours.accent,
    }.items():
        palette.setColor(place, QColor(colour))
    return palette
