"""The review screen: puts page, fields and tabs together, and turns keys and clicks into acts."""

from functools import partial

from PySide6.QtCore import QLocale, QPoint, QRectF, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListView, QSplitter, QVBoxLayout, QWidget

from countersign.domain.case import CaseFile
from countersign.domain.event import Entry
from countersign.domain.reading import Evidence
from countersign.insight.tell import Teller
from countersign.ui.bridge.desk import Desk
from countersign.ui.delegates.page_delegate import THUMB, PageBox, ThumbDelegate
from countersign.ui.look import care_words, words
from countersign.ui.look.theme import Theme
from countersign.ui.models import show
from countersign.ui.models.dossier import dossier
from countersign.ui.models.field_model import FieldModel, Place
from countersign.ui.models.field_state import DOUBT_CODES, FieldLine, lines
from countersign.ui.models.page_model import PageModel
from countersign.ui.models.pictures import Pictures
from countersign.ui.models.review_head import head
from countersign.ui.models.review_session import ReviewSession
from countersign.ui.models.rows_model import rows_table, rows_title
from countersign.ui.models.standing import StandingModel
from countersign.ui.models.stop_model import StopModel
from countersign.ui.models.story import history_table, trace_table
from countersign.ui.views.field_list import FieldList
from countersign.ui.views.page_scroll import STEP
from countersign.ui.views.page_view import PageView, Taken
from countersign.ui.views.parts import add_key
from countersign.ui.views.reject_view import RejectDialog
from countersign.ui.views.review_tabs import ReviewTabs
from countersign.ui.views.top_bar import TopBar

PERSONS_REASONS = ("duplicate", "not_ours", "wrong_document", "incomplete", "illegible", "other")
"""What only a person can say of a case."""
HERE = Qt.ShortcutContext.WidgetWithChildrenShortcut


class ReviewView(QWidget):
    """One case at a time."""

    left = Signal()
    """The person goes back to the queue."""

    def __init__(
        self,
        desk: Desk,
        theme: Theme,
        session: ReviewSession,
        pictures: Pictures,
        *,
        standing: StandingModel,
        stopping: StopModel,
        language: str,
        locale: QLocale,
    ) -> None:
        super().__init__()
        self.setObjectName("screen")
        self._desk, self._theme, self.session = desk, theme, session
        self._language, self._locale = language, locale
        self._drafts: dict[str, dict[Place, str]] = {}
        self._typed: dict[Place, str] = {}
        """What was sent to the record last, by field, in case it is refused."""
        self._shown: str | None = None
        self.fields = FieldModel(self)
        self._pages = PageModel(pictures, self)
        self.top = TopBar(theme, standing, stopping, self)
        self.page = PageView(theme, pictures, self)
        self.list = FieldList(theme, pictures, self.fields, self)
        self.tabs = ReviewTabs(theme, self)
        self.thumbs = self._make_thumbs(theme)
        self._lay_out()
        self._connect()
        self._make_keys()

    # -- parts ----------------------------------------------------------------------------------------

    def _make_thumbs(self, theme: Theme) -> QListView:
        thumbs = QListView(self)
        thumbs.setObjectName("thumbs")
        thumbs.setAccessibleName(words.THUMBNAILS)
        thumbs.setModel(self._pages)
        thumbs.setItemDelegate(ThumbDelegate(theme, thumbs))
        thumbs.setUniformItemSizes(True)
        thumbs.setFixedWidth(THUMB.width() + 12)
        thumbs.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        thumbs.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        thumbs.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        return thumbs

    def _lay_out(self) -> None:
        left = QWidget(self)
        row = QHBoxLayout(left)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.thumbs)
        row.addWidget(self.page, 1)
        right = QSplitter(Qt.Orientation.Vertical, self)
        right.addWidget(self.list)
        right.addWidget(self.tabs)
        right.setStretchFactor(0, 1)
        right.setSizes([560, 230])
        right.setChildrenCollapsible(False)
        halves = QSplitter(Qt.Orientation.Horizontal, self)
        halves.addWidget(left)
        halves.addWidget(right)
        halves.setStretchFactor(0, 3)
        halves.setStretchFactor(1, 2)
        halves.setSizes([860, 560])
        halves.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top)
        column.addWidget(halves, 1)

    def _connect(self) -> None:
        self.session.opened.connect(self._on_opened)
        self.session.changed.connect(self._on_changed)
        self.session.history_changed.connect(self._on_history)
        self.session.refused.connect(self._on_refused)
        self.top.back.connect(self.left)
        self.top.approved.connect(self.approve)
        self.top.rejected.connect(self.reject)
        self.list.focused.connect(self.page.focus_row)
        self.list.confirmed.connect(self._on_confirmed)
        self.list.entered.connect(self._on_entered)
        self.list.alternative_chosen.connect(self.take_alternative)
        self.list.left.connect(self.left)
        self.list.page_turned.connect(self.page.turn_page)
        self.list.panning.connect(self._on_panning)
        self.list.typing.connect(self._on_typing)
        for part in (self.list.touched, self.page.touched, self.page.verticalScrollBar().valueChanged):
            part.connect(self.session.keep)
        self.page.box_clicked.connect(self.list.focus_row)
        self.page.taken.connect(self._on_taken)
        self.page.page_changed.connect(self._on_page)
        self.thumbs.clicked.connect(lambda index: self.page.go_to_page(index.row()))
        self.tabs.field_wanted.connect(self.show_field)
        self.tabs.place_wanted.connect(self.show_place)
        self._theme.changed.connect(self._tell_why)

    def _make_keys(self) -> None:
        for keys, act in (
            ("Ctrl+Return", self.approve),
            ("Ctrl+Enter", self.approve),
            ("R", self.reject),
            ("N", lambda: self.declare(illegible=False)),
            ("I", lambda: self.declare(illegible=True)),
            ("Z", self.page.zoom_to_focus),
            ("F", self.page.fit_width),
            ("Ctrl+Z", self.undo),
            ("Ctrl++", lambda: self.page.zoom_by(STEP)),
            ("Ctrl+=", lambda: self.page.zoom_by(STEP)),
            ("Ctrl+-", lambda: self.page.zoom_by(1 / STEP)),
            ("Ctrl+0", self.page.fit_width),
        ):
            add_key(self, keys, act, HERE)
        for at in range(9):
            add_key(self, str(at + 1), partial(self.take_alternative, at), HERE)
        for at in range(self.tabs.count()):
            add_key(self, f"Alt+{at + 1}", partial(self.tabs.setCurrentIndex, at), HERE)

    # -- what is shown --------------------------------------------------------------------------------

    def _on_opened(self, case: CaseFile) -> None:
        document = case.documents[0].sha256 if case.documents else ""
        if self._shown is not None:
            self.list.close_edit()
            self._drafts[self._shown] = self.fields.swap_drafts({})
        self._shown = case.id
        self.list.show_fresh()
        self.fields.swap_drafts(self._drafts.pop(case.id, {}))
        pages = case.pages or (1 if document else 0)
        why_not = words.NO_DOCUMENT
        if case.erasure is not None:
            when = show.moment(case.erasure.at, self._locale)
            pages, why_not = 0, care_words.erased_on(when, case.erasure.order)
        elif case.refusal is not None:
            pages, why_not = 0, self._desk.catalogue.say(case.refusal, self._language)[1]
        self._pages.show(document, pages)
        self.page.show_document(document, pages, why_not)
        self.thumbs.setVisible(pages > 1)
        self.tabs.setCurrentIndex(0)
        self.tabs.why.verticalScrollBar().setValue(0)
        self._on_changed(case)
        needing = self.fields.needing()
        self.list.focus_row(needing[0] if needing else 0)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_changed(self, case: CaseFile) -> None:
        told = lines(case, self._desk.catalogue, self._language, self._locale)
        row = self.list.row
        kept = self.fields.line(row)
        had_needing = bool(self.fields.needing())
        self.fields.show(told, locked=not self.session.is_mine)
        if kept is not None and self.list.row < 0:
            again = self.fields.row_of(kept.name, kept.index)
            self.list.focus_row(row if again is None else again)
        self.page.show_boxes(tuple(_boxes(told)))
        document = case.documents[0].sha256 if case.documents else ""
        self._pages.point_out(
            frozenset(
                line.evidence.page
                for line in told
                if line.needs_person and line.evidence and line.evidence.document == document
            )
        )
        person = self._desk.port.person.id
        self.top.show_head(head(case, self._desk.catalogue, self._language, self._locale, person))
        klass = self._desk.catalogue.klass(case.klass)
        self.tabs.show_rows(
            rows_table(case, klass, self._language, self._locale), rows_title(klass, self._language)
        )
        self._tell_why()
        if had_needing and not self.fields.needing() and self.session.is_mine:
            self._desk.said.emit(words.SETTLED_ALL)

    def _on_history(self, entries: tuple[Entry, ...]) -> None:
        if self.session.case is None:
            return
        teller = Teller(self._desk.catalogue, self._language, self.session.case)
        self.tabs.trace.show(trace_table(entries, teller))
        self.tabs.history.show(history_table(entries, teller, self._locale))

    def _tell_why(self) -> None:
        case = self.session.case
        if case is not None:
            told = self.fields.lines
            self.tabs.show_why(dossier(case, told, self._desk.catalogue, self._language, self._theme.colours))

    # -- acts -----------------------------------------------------------------------------------------

    def approve(self) -> None:
        """Countersign, or point to the field that needs the person first."""
        if not self._may_act():
            return
        needing = self.fields.needing()
        if needing:
            line = self.fields.lines[needing[0]]
            self.list.focus_row(needing[0])
            self._desk.troubled.emit(words.still_needs(line.label, len(needing)))
            return
        self.session.approve()

    def reject(self) -> None:
        """Ask for a reason, then refuse the case."""
        case = self.session.case
        if case is None or not self._may_act():
            return
        dialog = RejectDialog(self._reject_reasons(case), self)
        dialog.accepted.connect(lambda: self.session.reject(dialog.code, dialog.note))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def declare(self, *, illegible: bool) -> None:
        """Declare the focused field not present or illegible, and go on."""
        line = self.list.line
        if line is not None and self._may_act():
            self.session.declare(line, self.list.dwell(), illegible=illegible)
            self._go_on()

    def take_alternative(self, at: int) -> None:
        """Take the n-th other reading of the focused field (0 is the first), and go on."""
        line = self.list.line
        if line is None or at >= len(line.others) or not self._may_act():
            return
        other = line.others[at]
        self.session.correct(
            line,
            other.answer.value,
            self.list.dwell(),
            evidence=other.evidence,
            printed=other.answer.printed,
        )
        self._go_on()

    def undo(self) -> None:
        """Take the last act back and go to its field."""
        if not self._may_act():
            return
        place = self.session.undo()
        if place is not None:
            self.show_field(*place)
            line = self.list.line
            if line is not None:
                self._desk.said.emit(words.undone(line.label))

    def _on_confirmed(self, line: FieldLine, dwell_ms: int) -> None:
        if not self._may_act():
            return
        if not line.is_read:
            self._desk.said.emit(words.ADD_HINT)
            return
        if line.raw:
            self.session.confirm(line, dwell_ms)
        else:
            self.session.declare(line, dwell_ms, illegible=False)
        self._go_on()

    def _on_entered(
        self, line: FieldLine, text: str, dwell_ms: int, evidence: Evidence | None, printed: str
    ) -> None:
        if not self._may_act():
            return
        self._typed[(line.name, line.index)] = text
        self.session.correct(line, text, dwell_ms, evidence=evidence, printed=printed)
        self._go_on()

    def _go_on(self) -> None:
        after = self.fields.next_needing(self.list.row)
        if after is not None:
            self.list.focus_row(after)

    def _may_act(self) -> bool:
        if self.session.is_mine:
            return True
        self._desk.said.emit(words.READ_ONLY)
        return False

    def _reject_reasons(self, case: CaseFile) -> tuple[tuple[str, str], ...]:
        """Return what the agents found first, then what a person may say of any case."""
        own = [reason.code for reason in (*case.reasons, *case.findings) if reason.code not in DOUBT_CODES]
        codes = list(dict.fromkeys([*own, *PERSONS_REASONS]))
        texts = self._desk.catalogue.reasons
        return tuple(
            (code, texts[code].label.get(self._language) or texts[code].label["en"])
            for code in codes
            if code in texts
        )

    # -- what the parts say ---------------------------------------------------------------------------

    def _on_refused(self, trouble: str, place: Place | None) -> None:
        """Go back to the field, with what was typed, so that nothing has to be typed twice."""
        self._desk.troubled.emit(trouble)
        typed = self._typed.pop(place, None) if place else None
        if place is None:
            self._focus_named(trouble)
        else:
            self.show_field(*place)
            if typed is not None:
                self.list.begin_edit(typed)

    def _focus_named(self, trouble: str) -> None:
        """Go to the field that a refusal begins with, if it names one."""
        case = self.session.case
        klass = self._desk.catalogue.klass(case.klass) if case else None
        for definition in klass.fields if klass else ():
            if trouble.startswith(f"{definition.title()} "):
                self.show_field(definition.name)
                return

    def show_field(self, name: str, index: int = 0) -> None:
        """Bring a field under the keys."""
        row = self.fields.row_of(name, index)
        if row is not None:
            self.list.focus_row(row)

    def _on_taken(self, taken: Taken) -> None:
        if self._may_act():
            self.list.take(taken)

    def _on_page(self, page: int) -> None:
        if 0 <= page < self._pages.rowCount():
            index = self._pages.index(page)
            self.thumbs.setCurrentIndex(index)
            self.thumbs.scrollTo(index)

    def _on_panning(self, on: bool) -> None:
        self.page.panning = on

    def _on_typing(self, on: bool) -> None:
        self.page.typing = on

    def show_place(self, evidence: Evidence) -> None:
        """Point at a place on the page."""
        self.page.point_at(evidence.page, evidence.box)


def _boxes(told: tuple[FieldLine, ...]) -> list[PageBox]:
    made = []
    for row, line in enumerate(told):
        if line.evidence is not None:
            box = line.evidence.box
            place = QRectF(QPoint(0, 0), QPoint(0, 0))
            place.setCoords(box.x0, box.y0, box.x1, box.y1)
            made.append(PageBox(row, line.evidence.page, place, line.mark, line.tone, line.label))
    return made
