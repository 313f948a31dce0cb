"""Cells that no person wrote."""

from __future__ import annotations

from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from campaign_effect.errors import SourceError
from campaign_effect.readers.table import RawTable

LONGEST_CELL: Final = 1_000_000
"""Bytes; a spreadsheet's cell holds 32,767 characters."""


def refuse_long_cells(table: RawTable) -> None:
    """Refuse a table with a cell longer than any answer.

    Raises
    ------
    SourceError
        Naming file, column and row.
    """
    for name in table.cells:
        cells = table.cells[name]
        texts = cells.cat.categories if isinstance(cells.dtype, pd.CategoricalDtype) else cells
        if not isinstance(texts.dtype, pd.StringDtype) or not len(texts):
            continue
        sizes = pc.call_function("binary_length", [pa.array(texts.array, from_pandas=True)])
        if (pc.call_function("max", [sizes]).as_py() or 0) > LONGEST_CELL:
            longest = int(cells.astype("str").str.len().fillna(0).to_numpy().argmax())
            raise _too_long(table, str(name), list(cells.index)[longest])


def _too_long(table: RawTable, column: str, row: int) -> SourceError:
    file = repr(table.source.path) if table.source.path else "The data frame"
    return SourceError(
        f"{file}, row {row}: the cell of the column {column!r} is longer than "
        f"{LONGEST_CELL:,} bytes.",
        hint="a quotation mark may not be closed there, or a file was pasted in: mend the "
        "cell, or leave the column out.",
    )
