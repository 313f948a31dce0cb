"""Parquet files."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from campaign_effect.errors import SourceError
from campaign_effect.readers.frame import read_frame
from campaign_effect.readers.headers import MOST_COLUMNS
from campaign_effect.readers.intact import fingerprint
from campaign_effect.readers.table import RawTable, Source


def read_parquet(path: Path) -> RawTable:
    """Read a Parquet file: numbers stay numbers, everything else becomes text.

    Raises
    ------
    SourceError
        If it is damaged, has no answers, or more columns than a spreadsheet can hold.
    """
    try:
        file = pq.ParquetFile(path)
        if file.metadata.num_columns > 2 * MOST_COLUMNS:
            raise SourceError(f"{str(path)!r} has {file.metadata.num_columns:,} columns.")
        frame = file.read().to_pandas(ignore_metadata=False)
    except (pa.ArrowException, OSError) as error:
        raise SourceError(
            f"{str(path)!r} cannot be read as Parquet.",
            received=str(error).splitlines()[0][:200],
            hint="export it again; it may have been cut off.",
        ) from None
    source = Source(path=str(path), kind="parquet", sha256=fingerprint(path))
    if frame.empty:
        raise SourceError(f"{str(path)!r} holds no answers.", hint="export it again.")
    return read_frame(frame, source=source)
