"""Tables of measurement invariance."""

from __future__ import annotations

from campaign_effect.analyses.sem.rows import InvarianceLevel, InvarianceResult
from campaign_effect.apa.blocks import Cell, Head, Line, Table, Text, Value
from campaign_effect.apa.tables.confirmatory import FIT_DIGITS, parameter_text
from campaign_effect.apa.tables.generic import (
    grouped,
    heading,
    heads,
    sample_note,
    tables,
    values,
)
from campaign_effect.results import Kind

MOST_RELEASES = 5
SIGNIFICANT = 0.05


@tables.register
def _(result: InvarianceResult) -> tuple[Table, ...]:
    made = (_levels(result), _releases(result), _means(result))
    return tuple(table for table in made if table.lines)


def _levels(result: InvarianceResult) -> Table:
    columns = ("step", "chi2_df", "cfi", "rmsea", "srmr")
    changes = ("chi2_df", "p_value", "cfi_change", "rmsea_change", "srmr_change")
    spanner = Text(id="word.change")
    return Table(
        id="invariance_levels",
        title=Text.of("title.invariance.levels", by=result.by),
        heads=(
            *heads(*columns),
            *(Head(text=head.text, spanner=spanner) for head in heads(*changes)),
        ),
        lines=tuple(Line(cells=_level_cells(row)) for row in result.levels),
        notes=(
            (
                Text.of("note.invariance.levels", estimator=result.estimator),
                *sample_note(result.sample),
            ),
        ),
        glossary=result.glossary,
    )


def _level_cells(row: InvarianceLevel) -> tuple[Cell, ...]:
    change: Cell = None
    if row.chi2_difference is not None:
        facts = {"chi2": row.chi2_difference, "df": row.df_difference}
        change = Text.of("word.chi2_df", **facts)
    changes = (row.cfi_change, row.rmsea_change, row.srmr_change)
    return (
        *values(row, "step"),
        Text.of("word.chi2_df", chi2=row.chi2, df=row.df),
        *(_index(value) for value in (row.cfi, row.rmsea, row.srmr)),
        change,
        *(values(row, "p_difference") if row.p_difference is not None else (None,)),
        *(None if value is None else _index(value) for value in changes),
    )


def _index(value: float) -> Value:
    return Value(value=value, kind=Kind.BOUNDED, digits=FIT_DIGITS)


def _releases(result: InvarianceResult) -> Table:
    """Show what to free at the first level whose equalities do not hold."""
    failed = (
        row.step
        for row in result.levels
        if row.p_difference is not None and row.p_difference < SIGNIFICANT
    )
    step = next(failed, None)
    rows = [row for row in result.releases if row.step == step][:MOST_RELEASES]
    columns = ("group", "mi", "p_value", "epc")
    return Table(
        id="invariance_releases",
        title=Text.of("title.invariance.releases", step=step),
        heads=heads("parameter", *columns),
        lines=tuple(Line(cells=(parameter_text(row), *values(row, *columns))) for row in rows),
        notes=((Text(id="note.invariance.releases"),),),
        glossary=result.glossary,
    )


def _means(result: InvarianceResult) -> Table:
    columns = ("group", "estimate", "std_error", "z", "p_value", "ci")
    fields = ("group", "estimate", "std_error", "statistic", "p_value", "conf_low:conf_high")
    lines: list[Line] = []
    for factor, rows in grouped(result.means, "factor").items():
        lines.append(heading(factor))
        lines += [Line(cells=values(row, *fields), indent=1) for row in rows]
    return Table(
        id="invariance_means",
        title=Text.of("title.invariance.means", by=result.by),
        heads=(
            *heads("group"),
            *heads("mean"),
            *heads(*columns[2:], level=result.level),
        ),
        lines=tuple(lines),
        notes=((Text(id="note.invariance.means"),),),
        glossary=result.glossary,
    )
