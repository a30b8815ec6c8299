"""The CSV files while they are filled, a row at a time."""

from countersign.insight.bundle import cells
from countersign.insight.bundle.bag import Bag, Spool
from countersign.insight.bundle.cells import Cell
from countersign.insight.bundle.tables import Table


class Books:
    """One spool for each table; what is no case's has few rows, what is has as many as there are cases."""

    def __init__(self, bag: Bag, tables: tuple[Table, ...]) -> None:
        self._bag = bag
        self._spools: dict[str, Spool] = {}
        self.rows: dict[str, int] = {}
        for table in tables:
            self._spools[table.name] = bag.spool()
            self._spools[table.name].write(cells.line(column.name for column in table.columns))
            self.rows[table.name] = 0

    def write(self, table: Table, *row: Cell) -> None:
        """Add a row; it has as many cells as the table has columns."""
        if len(row) != len(table.columns):
            raise ValueError(f"a row of {table.name} has {len(table.columns)} cells, not {len(row)}")
        self._spools[table.name].write(cells.line(row))
        self.rows[table.name] += 1

    def into(self, folder: str, table: Table) -> None:
        """Put a table into the bag."""
        self._bag.take(f"{folder}/{table.file}", self._spools.pop(table.name))
