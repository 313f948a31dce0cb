"""Tables of the classical checks of a model."""

from __future__ import annotations

from campaign_effect.analyses.effects.assumption_rows import AssumptionRow, AssumptionsResult
from campaign_effect.apa.blocks import Cell, Line, Table, Text
from campaign_effect.apa.tables.generic import grouped, heading, heads, tables, values


@tables.register
def _(result: AssumptionsResult) -> tuple[Table, ...]:
    made = (
        _tests(result),
        _inflation(result),
        _discrimination(result),
        _calibration(result),
        _classification(result),
        _influence(result),
    )
    return tuple(table for table in made if table.lines)


def _tests(result: AssumptionsResult) -> Table:
    lines: list[Line] = []
    for outcome, rows in grouped(result.tests, "outcome").items():
        lines.append(heading(outcome))
        lines += [Line(cells=_cells(row), indent=1) for row in rows]
    return Table(
        id="assumptions_tests",
        title=Text(id="title.assumptions.tests"),
        heads=heads("assumption", "test", "value", "df", "p_value", "remedy"),
        lines=tuple(lines),
        notes=((Text(id="note.assumptions.tests"),),),
        glossary=result.glossary,
    )


def _cells(row: AssumptionRow) -> tuple[Cell, ...]:
    df: Cell = values(row, "df")[0]
    if row.df_2 is not None:
        df = Text.of("word.two_df", df=row.df, df_2=row.df_2)
    before = values(row, "assumption", "test", "statistic")
    return (*before, df, *values(row, "p_value", "remedy"))


def _inflation(result: AssumptionsResult) -> Table:
    lines: list[Line] = []
    for outcome, rows in grouped(result.inflation, "outcome").items():
        lines.append(heading(outcome))
        fields = ("variable", "gvif", "df", "scaled_vif")
        lines += [Line(cells=values(row, *fields), indent=1) for row in rows]
    return Table(
        id="assumptions_inflation",
        title=Text(id="title.assumptions.inflation"),
        heads=heads("variable", "gvif", "df", "scaled_vif"),
        lines=tuple(lines),
        notes=((Text(id="note.assumptions.inflation"),),),
        glossary=result.glossary,
    )


def _discrimination(result: AssumptionsResult) -> Table:
    fields = ("outcome", "auc", "std_error", "conf_low:conf_high", "n")
    return Table(
        id="assumptions_discrimination",
        title=Text(id="title.assumptions.discrimination"),
        heads=heads("outcome", "auc", "std_error", "ci", "n", level=0.95),
        lines=tuple(Line(cells=values(row, *fields)) for row in result.discrimination),
        notes=((Text(id="note.assumptions.discrimination"),),),
        glossary=result.glossary,
    )


def _calibration(result: AssumptionsResult) -> Table:
    lines: list[Line] = []
    fields = ("decile", "n", "observed_share", "expected_share")
    for outcome, rows in grouped(result.calibration, "outcome").items():
        lines.append(heading(outcome))
        lines += [Line(cells=values(row, *fields), indent=1) for row in rows]
    return Table(
        id="assumptions_calibration",
        title=Text(id="title.assumptions.calibration"),
        heads=heads(*fields),
        lines=tuple(lines),
        notes=((Text(id="note.assumptions.calibration"),),),
        glossary=result.glossary,
    )


def _classification(result: AssumptionsResult) -> Table:
    counts = ("true_positives", "false_negatives", "true_negatives", "false_positives")
    fields = (*counts, "sensitivity", "specificity", "accuracy", "share_of_larger")
    return Table(
        id="assumptions_classification",
        title=Text(id="title.assumptions.classification"),
        heads=heads("outcome", *fields),
        lines=tuple(
            Line(cells=values(row, "outcome", *fields)) for row in result.classification
        ),
        notes=((Text(id="note.assumptions.classification"),),),
        glossary=result.glossary,
    )


def _influence(result: AssumptionsResult) -> Table:
    lines: list[Line] = []
    fields = ("row", "cook", "leverage", "standardised_residual")
    for outcome, rows in grouped(result.influence, "outcome").items():
        lines.append(heading(outcome))
        lines += [Line(cells=values(row, *fields), indent=1) for row in rows]
    return Table(
        id="assumptions_influence",
        title=Text(id="title.assumptions.influence"),
        heads=heads(*fields),
        lines=tuple(lines),
        notes=((Text(id="note.assumptions.influence"),),),
        glossary=result.glossary,
    )
