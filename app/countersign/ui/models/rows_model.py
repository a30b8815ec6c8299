"""The line items of a case as a table."""

from PySide6.QtCore import QLocale

from countersign.domain.case import CaseFile
from countersign.domain.klass import ClassDef, FieldDef, TableDef
from countersign.domain.reading import Evidence, Row
from countersign.ui.look import words
from countersign.ui.models import show
from countersign.ui.models.table_model import Table

NO_ROWS = Table(columns=(words.ROWS,))


def rows_table(case: CaseFile, klass: ClassDef | None, language: str, locale: QLocale) -> Table:
    """Return the rows of the first table of the class that has any."""
    for definition in klass.tables if klass else ():
        rows = tuple(row for row in case.rows if row.table == definition.name)
        if rows:
            return _table(definition, rows, language, locale)
    return NO_ROWS


def rows_title(klass: ClassDef | None, language: str) -> str:
    """Return what the class calls its rows."""
    if klass is None or not klass.tables:
        return words.ROWS
    return klass.tables[0].label.get(language) or klass.tables[0].label["en"]


def _table(definition: TableDef, rows: tuple[Row, ...], language: str, locale: QLocale) -> Table:
    right = frozenset(at for at, column in enumerate(definition.columns) if column.type in show.NUMBERS)
    return Table(
        columns=tuple(column.title(language) for column in definition.columns),
        rows=tuple(tuple(_text(row, column, locale) for column in definition.columns) for row in rows),
        right=right,
        places=tuple(tuple(_place(row, column) for column in definition.columns) for row in rows),
    )


def _text(row: Row, column: FieldDef, locale: QLocale) -> str:
    value = row.value(column.name)
    return "" if value is None else show.value(value, column.type, locale)


def _place(row: Row, column: FieldDef) -> Evidence | None:
    return next((cell.evidence for cell in row.cells if cell.column == column.name), None)
