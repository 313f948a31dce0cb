"""Cells that no person wrote."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from campaign_effect.errors import SourceError
from campaign_effect.readers.table import RawTable

LONGEST_CELL: Final = 1_000_000
"""Bytes; a spreadsheet's cell holds 32,767 characters."""


def refuse_foreign_cells(table: RawTable) -> None:
    """Refuse a cell longer than any answer, a NUL character, or an infinite number.

    Raises
    ------
    SourceError
        Naming file, column and row.
    """
    for name in table.cells:
        cells = table.cells[name]
        if pd.api.types.is_float_dtype(cells.dtype):
            is_infinite = np.isinf(cells.to_numpy(dtype=np.float64, na_value=np.nan))
            if is_infinite.any():
                raise _refused(
                    table,
                    str(name),
                    int(is_infinite.argmax()),
                    "holds an infinite number",
                    "something was divided by 0: leave the cell empty, or mend it.",
                )
        texts = cells.cat.categories if isinstance(cells.dtype, pd.CategoricalDtype) else cells
        if not isinstance(texts.dtype, pd.StringDtype) or not len(texts):
            continue
        told = pa.array(texts.array, from_pandas=True)
        sizes = pc.call_function("binary_length", [told])
        if (pc.call_function("max", [sizes]).as_py() or 0) > LONGEST_CELL:
            lengths = cells.astype("str").str.len().fillna(0).to_numpy()
            raise _refused(
                table,
                str(name),
                int(lengths.argmax()),
                f"is longer than {LONGEST_CELL:,} bytes",
                "a quotation mark may not be closed there, or a file was pasted in: mend the "
                "cell, or leave the column out.",
            )
        is_nul = pc.call_function("match_substring", [told], pc.MatchSubstringOptions("\0"))
        if pc.call_function("any", [is_nul]).as_py():
            has_nul = cells.astype("str").str.contains("\0", regex=False).to_numpy(dtype=bool)
            raise _refused(
                table,
                str(name),
                int(has_nul.argmax()),
                "holds a NUL character",
                "it is damaged or no text: mend the cell, or export the survey again.",
            )


def _refused(table: RawTable, column: str, at: int, what: str, hint: str) -> SourceError:
    file = repr(table.source.path) if table.source.path else "The data frame"
    row = list(table.cells.index)[at]
    return SourceError(
        f"{file}, row {row}: the cell of the column {column!r} {what}.", hint=hint
    )
