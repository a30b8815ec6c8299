"""The choices of an export: which cases, and what stays in the house."""

from datetime import date

from PySide6.QtCore import QDate, QLocale, Qt, Signal
from PySide6.QtWidgets import QComboBox, QDateEdit, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from countersign.domain.standing import Custody
from countersign.domain.time import now
from countersign.insight.bundle.scope import Scope, Withhold
from countersign.settings.catalogue import Catalogue
from countersign.ui.delegates import paint
from countersign.ui.look import record_words as said
from countersign.ui.look import words
from countersign.ui.look.theme import Theme, font
from countersign.ui.models import show
from countersign.ui.models.export_session import Period, Wish
from countersign.ui.views.parts import Choice, Tick

WIDTH = 256


class ExportForm(QWidget):
    """One row a choice; every change is told at once."""

    changed = Signal(object)
    """The `Wish`, as it now stands."""

    def __init__(
        self,
        theme: Theme,
        catalogue: Catalogue,
        *,
        case: tuple[str, str] | None,
        language: str,
        locale: QLocale,
        parent: QWidget | None = None,
    ) -> None:
        """`case` is the number and the name of the case that the person comes from."""
        super().__init__(parent)
        self._theme, self._locale = theme, locale
        self.cases = self._choice(said.EXPORT_CASES, [(said.EXPORT_ALL, None)])
        if case is not None:
            short = paint.fitted(said.export_this(case[1]), font(13), WIDTH - 40.0)
            self.cases.insertItem(0, short, case[0])
            self.cases.setToolTip(case[1])
            self.cases.setCurrentIndex(0)
        self.period = self._choice(
            said.EXPORT_RECEIVED, [(said.PERIODS[one.value], one.value) for one in Period]
        )
        self.since, self.until = self._day(said.EXPORT_FROM), self._day(said.EXPORT_TO)
        labels = [(k.label.get(language) or k.label["en"], name) for name, k in catalogue.classes.items()]
        self.klass = self._choice(said.EXPORT_CLASS, [(words.ALL_CLASSES, None), *labels])
        self.agent = self._choice(said.EXPORT_AGENT, [(said.ANY, None)])
        self.person = self._choice(said.EXPORT_PERSON, [(said.ANYONE, None)])
        self.policy = self._choice(said.EXPORT_POLICY, [(said.ANY, None)])
        self.documents = self._check(said.WITHHOLD_DOCUMENTS)
        self.values = self._check(said.WITHHOLD_VALUES)
        self._lay_out()
        self._told = Wish()
        for box in (self.cases, self.period, self.klass, self.agent, self.person, self.policy):
            box.currentIndexChanged.connect(self.tell)
        for day in (self.since, self.until):
            day.dateChanged.connect(self.tell)
        for check in (self.documents, self.values):
            check.toggled.connect(self.tell)

    def offer(self, custody: Custody) -> None:
        """Offer whom and what the record knows; what was chosen stays chosen."""
        if self.agent.count() > 1:
            return
        for name in dict.fromkeys(agent.name for agent in custody.agents):
            self.agent.addItem(name, name)
        for agent in custody.agents:
            self.agent.addItem(said.version(agent.id), agent.id)
        for person in custody.people:
            self.person.addItem(person.name, person.id)
        for rules in custody.policies:
            name = said.policy_since(rules.name, show.moment(rules.at, self._locale))
            self.policy.addItem(name, rules.digest)

    def wish(self) -> Wish:
        """Return what is chosen."""
        case = self.cases.currentData()
        since, until = self._days()
        return Wish(
            scope=Scope(
                case=(case,) if case else (),
                since=since,
                until=until,
                klass=self.klass.currentData(),
                agent=self.agent.currentData(),
                person=self.person.currentData(),
                policy=self.policy.currentData(),
            ),
            withhold=Withhold(documents=self.documents.isChecked(), values=self.values.isChecked()),
        )

    def tell(self) -> None:
        """Show what belongs together and say what is chosen."""
        chosen = Period(self.period.currentData()) is Period.CHOSEN
        for day in (self.since, self.until):
            day.setVisible(chosen)
        self._dash.setVisible(chosen)
        alone = self.cases.currentData() is not None
        for box in (self.period, self.since, self.until, self.klass, self.agent, self.person, self.policy):
            box.setEnabled(not alone)
        self.changed.emit(self.wish())

    def _days(self) -> tuple[date | None, date | None]:
        if self.cases.currentData() is not None:
            return None, None
        period = Period(self.period.currentData())
        if period is not Period.CHOSEN:
            return period.days(now().date())
        return _date(self.since.date()), _date(self.until.date())

    # -- parts ----------------------------------------------------------------------------------------

    def _choice(self, name: str, items: list[tuple[str, str | None]]) -> QComboBox:
        box = Choice(self._theme, name, self)
        for text, data in items:
            box.addItem(text, data)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumWidth(WIDTH)
        return box

    def _day(self, name: str) -> QDateEdit:
        today = now().date()
        edit = QDateEdit(QDate(today.year, today.month, today.day), self)
        edit.setDisplayFormat("d MMM yyyy")
        edit.setLocale(self._locale)
        edit.lineEdit().setTextMargins(6, 0, 0, 0)
        edit.setAccessibleName(name)
        edit.setToolTip(name)
        return edit

    def _check(self, name: str) -> Tick:
        return Tick(self._theme, name, self)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        self._dash = QLabel("–", self)
        received = QVBoxLayout()
        received.setSpacing(8)
        received.addWidget(self.period)
        days = QHBoxLayout()
        days.setSpacing(6)
        days.addWidget(self.since, 1)
        days.addWidget(self._dash)
        days.addWidget(self.until, 1)
        received.addLayout(days)
        rows: tuple[tuple[str, QWidget | QVBoxLayout], ...] = (
            (said.EXPORT_CASES, self.cases),
            (said.EXPORT_RECEIVED, received),
            (said.EXPORT_CLASS, self.klass),
            (said.EXPORT_AGENT, self.agent),
            (said.EXPORT_PERSON, self.person),
            (said.EXPORT_POLICY, self.policy),
            (said.WITHHOLD, self.documents),
            ("", self.values),
        )
        for at, (name, part) in enumerate(rows):
            label = QLabel(name, self)
            label.setObjectName("rowName")
            label.setMinimumHeight(30)
            grid.addWidget(label, at, 0, Qt.AlignmentFlag.AlignTop)
            if isinstance(part, QWidget):
                grid.addWidget(part, at, 1)
                label.setBuddy(part)
            else:
                grid.addLayout(part, at, 1)
        grid.setColumnStretch(1, 1)


def _date(day: QDate) -> date:
    return date(day.year(), day.month(), day.day())
