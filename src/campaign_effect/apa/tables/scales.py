"""Tables of reliability."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from campaign_effect.analyses.reliability import (
    BootstrapReliability,
    ReliabilityBounds,
    ReliabilityResult,
    ScaleReliability,
)
from campaign_effect.apa.blocks import Cell, Head, Interval, Line, Note, Table, Text, Value
from campaign_effect.apa.tables.generic import (
    AnyRow,
    grouped,
    heading,
    heads,
    sample_note,
    tables,
    values,
)
from campaign_effect.results import Kind

MOST_COLUMNS = 4
"""Constructs beside each other in one table."""

OTHERS = ("alpha_standardised", "alpha_ordinal", "composite_reliability", "omega_h")
BOUNDS = tuple(f"lambda_{i}" for i in range(1, 7))
HALVES = ("split_half_worst", "split_half_average", "split_half_best", "spearman_brown")


@tables.register
def _(result: ReliabilityResult) -> tuple[Table, ...]:
    made = (_scales(result), *_bounds(result), _groups(result), _items(result))
    return tuple(table for table in made if table.lines)


def _scales(result: ReliabilityResult) -> Table:
    columns: tuple[str, ...] = ("construct", "k", "n", "omega_categorical", "omega_total")
    columns += ("omega_ci", "alpha", "alpha_ci", "average_r", "std_error_measurement")
    fields = {"omega_ci": "omega_low:omega_high", "alpha_ci": "conf_low:conf_high"}
    return Table(
        id="reliability_scales",
        title=Text(id="title.reliability.scales"),
        heads=heads(*columns, level=result.level),
        lines=tuple(
            Line(cells=values(row, *(fields.get(column, column) for column in columns)))
            for row in _of_all(result.scales)
        ),
        notes=(
            (
                Text.of("note.reliability.scales", level=result.level),
                *sample_note(result.sample),
            ),
        ),
        glossary=result.glossary,
    )


def _bounds(result: ReliabilityResult) -> Iterator[Table]:
    """Lay out the other coefficients, a column a construct, a few beside each other."""
    found = {row.construct: row for row in _of_all(result.bounds)}
    scales = _of_all(result.scales)
    for first in range(0, len(scales), MOST_COLUMNS):
        some = scales[first : first + MOST_COLUMNS]
        bounds = [found.get(scale.construct) for scale in some]
        yield Table(
            id="reliability_bounds" + (f"_{first // MOST_COLUMNS + 1}" if first else ""),
            title=Text(id="title.reliability.bounds"),
            heads=(*heads("coefficient"), *(_head(scale.construct) for scale in some)),
            lines=(
                *_coefficients(some, OTHERS),
                heading("word.lower_bounds", Kind.WORD),
                *_coefficients(bounds, BOUNDS, indent=1),
                heading("word.split_halves", Kind.WORD),
                *_coefficients(bounds, HALVES, indent=1),
            ),
            notes=(_bounds_note(some),),
            glossary=result.glossary,
        )


def _bounds_note(rows: Sequence[ScaleReliability]) -> Note:
    note = (Text(id="note.reliability.bounds"),)
    has_hierarchy = any(row.omega_h is not None for row in rows)
    return (*note, Text(id="note.reliability.hierarchy")) if has_hierarchy else note


def _coefficients(
    rows: Sequence[ScaleReliability] | Sequence[ReliabilityBounds | None],
    columns: Sequence[str],
    *,
    indent: int = 0,
) -> Iterator[Line]:
    """Make a line a coefficient; none where no construct has it."""
    for column in columns:
        cells = [getattr(row, column, None) for row in rows]
        if any(cell is not None for cell in cells):
            shown = (Value(value=cell, kind=Kind.BOUNDED) for cell in cells)
            yield Line(cells=(Text(id=f"column.{column}"), *shown), indent=indent)


def _groups(result: ReliabilityResult) -> Table:
    """Lay out every group below its construct, with the bootstrap's intervals."""
    intervals = {
        (row.construct, row.group): row
        for row in result.intervals
        if row.coefficient == "coefficient.alpha"
    }
    columns = ["group", "n", "omega_categorical", "omega_total", "alpha", "alpha_ci"]
    columns += ["bootstrap_ci"] if intervals else []
    lines: list[Line] = []
    if intervals or any(row.group for row in result.scales):
        for construct, rows in grouped(result.scales, "construct").items():
            lines.append(heading(construct))
            lines += [_group_line(row, intervals) for row in rows]
    return Table(
        id="reliability_groups",
        title=Text(id="title.reliability.groups"),
        heads=heads(*columns, level=result.level),
        lines=tuple(lines),
        notes=(_interval_note(result),),
        glossary=result.glossary,
    )


def _group_line(
    row: ScaleReliability,
    intervals: dict[tuple[str, str | None], BootstrapReliability],
) -> Line:
    stub: Cell = Text(id="word.all")
    if row.group is not None:
        stub = Value(value=row.group, kind=Kind.NAME)
    fields = ("n", "omega_categorical", "omega_total", "alpha", "conf_low:conf_high")
    cells = (stub, *values(row, *fields))
    if intervals:
        found = intervals.get((row.construct, row.group))
        low, high = (found.conf_low, found.conf_high) if found else (None, None)
        cells += (Interval(low=low, high=high, kind=Kind.BOUNDED),)
    return Line(cells=cells, indent=1)


def _interval_note(result: ReliabilityResult) -> Note:
    """Say who was resampled, and how often."""
    texts = [Text.of("note.reliability.groups", level=result.level)]
    if result.intervals:
        row = result.intervals[0]
        of_villages = row.n_clusters is not None
        unit = "clusters" if of_villages else "respondents"
        facts = {"reps": row.n_reps, "n": row.n_clusters}
        texts.append(Text.of(f"note.bootstrap.{unit}", **facts))
    return tuple(texts)


def _items(result: ReliabilityResult) -> Table:
    columns: tuple[str, ...] = ("item", "mean", "sd", "item_total_r", "item_rest_r")
    columns += ("alpha_if_dropped", "omega_if_dropped", "floor", "ceiling")
    lines: list[Line] = []
    for construct, rows in grouped(_of_all(result.items), "construct").items():
        lines.append(heading(construct))
        lines += [Line(cells=values(row, *columns), indent=1) for row in rows]
    return Table(
        id="reliability_items",
        title=Text(id="title.reliability.items"),
        heads=heads(*columns),
        lines=tuple(lines),
        notes=((Text(id="note.reliability.items"),),),
        glossary=result.glossary,
    )


def _head(name: str) -> Head:
    return Head(text=Text.of("word.name", name=name))


def _of_all(rows: Sequence[AnyRow]) -> list[AnyRow]:
    """Take the rows about all respondents."""
    return [row for row in rows if getattr(row, "group", None) is None]
