"""SPSS and Stata files: codes as text, with the labels and missing codes the file declares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyreadstat

from campaign_effect.errors import SourceError
from campaign_effect.readers.frame import as_text, cell_text
from campaign_effect.readers.headers import unique_names
from campaign_effect.readers.intact import fingerprint
from campaign_effect.readers.table import Column, RawTable, Source

Codes = Sequence[str]
_Read = Callable[..., tuple[pd.DataFrame, Any]]
_ENCODINGS: Final = (None, "cp1252")


def read_spss(path: Path) -> RawTable:
    """Read an SPSS file (.sav, .zsav); see ``_read``."""
    return _read(path, "spss", pyreadstat.read_sav)


def read_stata(path: Path) -> RawTable:
    """Read a Stata file (.dta); see ``_read``."""
    return _read(path, "stata", pyreadstat.read_dta)


def _read(path: Path, kind: str, reader: _Read) -> RawTable:
    """Read codes as text, labels and declared missing codes (each kept as an answer)."""
    frame, facts = _frame(path, kind, reader)
    if frame.empty:
        raise SourceError(f"{str(path)!r} holds no answers.", hint="export it again.")
    names, notices = unique_names([str(name) for name in frame.columns], file=repr(str(path)))
    cells = pd.DataFrame(
        {name: as_text(frame.iloc[:, at]).array for at, name in enumerate(names)},
        index=pd.RangeIndex(2, len(frame) + 2),
    )
    columns = tuple(_column(name, cells[name], facts) for name in names)
    source = Source(path=str(path), kind=kind, sha256=fingerprint(path))
    return RawTable(cells=cells, columns=columns, source=source, notices=notices)


def _frame(path: Path, kind: str, reader: _Read) -> tuple[pd.DataFrame, Any]:
    """Read the file, as Windows-1252 where it is not in the encoding it declares."""
    problem = ""
    for encoding in _ENCODINGS:
        try:
            return reader(str(path), user_missing=True, encoding=encoding)
        except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError) as error:
            problem = problem or str(error)
    raise SourceError(
        f"{str(path)!r} cannot be read as {'an SPSS' if kind == 'spss' else 'a Stata'} file.",
        received=problem[:200],
        hint="open it in its program and save it again, or export it as CSV.",
    )


def _column(name: str, cells: pd.Series, facts: Any) -> Column:
    labels = facts.variable_value_labels.get(name, {})
    pairs = tuple((cell_text(code), str(label)) for code, label in labels.items())
    seen = dict.fromkeys([*(code for code, _ in pairs), *cells.unique()])
    return Column(
        name=name,
        question=facts.column_names_to_labels.get(name) or name,
        labels=pairs,
        missing=tuple(_declared_missing(name, seen, facts)),
    )


def _declared_missing(name: str, codes: Iterable[str], facts: Any) -> list[str]:
    """List the codes, labelled or seen, that the file says mean no answer."""
    single = [cell_text(code) for code in facts.missing_user_values.get(name, ())]
    ranges = facts.missing_ranges.get(name, ())
    return [code for code in codes if code in single or _is_within(code, ranges)]


def _is_within(code: str, ranges: Iterable[dict[str, Any]]) -> bool:
    """Say whether a code lies in a range of missing codes; words are compared as words."""
    for bounds in ranges:
        low, high = bounds["lo"], bounds["hi"]
        if isinstance(low, str) or isinstance(high, str):
            if code == str(low).rstrip():
                return True
        elif _number(code) is not None and low <= (_number(code) or 0.0) <= high:
            return True
    return False


def _number(code: str) -> float | None:
    try:
        return float(code)
    except ValueError:
        return None
