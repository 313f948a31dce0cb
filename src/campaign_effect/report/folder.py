"""A folder with the whole report: made aside, then put in place at once."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from campaign_effect.apa.document import Document
from campaign_effect.errors import OutputError
from campaign_effect.render import write
from campaign_effect.report.model import Report
from campaign_effect.report.records import as_json

FORMATS: Final = ("html", "docx", "tex", "md", "csv")
"""Of each table; a report is written in the first two unless others are asked for."""

REPORT_FORMATS: Final = ("html", "docx")
MANIFEST: Final = "manifest.json"


def save_folder(
    report: Report,
    folder: Path,
    records: Mapping[str, Mapping[str, Any]],
    formats: Sequence[str] = (),
) -> list[Path]:
    """Save a report, each of its tables and figures, and its records.

    Parameters
    ----------
    report : Report
    folder : Path
        Replaced as a whole, and only when the new one is complete.
    records : mapping of file name to record
        JSON files, ``manifest.json`` among them.
    formats : sequence of str, optional
        Of report and tables; by default html and docx for the report, and all five for each
        table.

    Returns
    -------
    list of Path
        What was written: the folder, then the reports.

    Raises
    ------
    OutputError
        If the place cannot be written, or holds something that is no report.
    """
    _refuse_other_content(folder)
    names = [f"report.{suffix}" for suffix in formats or REPORT_FORMATS]
    with _replaced(folder) as made:
        for name in names:
            (made / name).write_bytes(report.to(Path(name).suffix))
        _save_tables(report, made / "tables", formats or FORMATS)
        report.save_figures(made / "figures")
        for name, record in records.items():
            (made / name).write_text(as_json(record), encoding="utf-8")
    return [folder, *(folder / name for name in names)]


def _save_tables(report: Report, folder: Path, formats: Sequence[str]) -> None:
    folder.mkdir()
    for grid in report.grids:
        alone = Document(language=report.language, title=grid.id, blocks=(grid,))
        for suffix in formats:
            (folder / f"{grid.id}.{suffix}").write_bytes(write(alone, f".{suffix}"))


def _refuse_other_content(folder: Path) -> None:
    """Refuse to replace what this library did not make."""
    is_report = (folder / MANIFEST).is_file()
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir()) and not is_report):
        raise OutputError(
            f"{str(folder)!r} exists and holds no report that could be replaced.",
            hint="choose another place with --out, or move it away.",
        )


@contextmanager
def _replaced(folder: Path) -> Iterator[Path]:
    """Make a folder under another name beside its place; on success it takes the place."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".report-", dir=folder.parent) as aside:
            made = Path(aside, "new")
            made.mkdir()
            yield made
            if folder.exists():
                folder.rename(Path(aside, "old"))
            shutil.move(made, folder)
    except OSError as error:
        raise OutputError(
            f"The report cannot be written to {str(folder)!r}.",
            received=error.strerror,
            hint="choose a place that can be written with --out.",
        ) from error
