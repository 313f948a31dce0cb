"""Tables of the classical checks of a model."""

from __future__ import annotations

from typing import Final

from campaign_effect.analyses.effects.assumption_rows import (
    AssumptionRow,
    AssumptionsResult,
    CalibrationRow,
)
from campaign_effect.apa.blocks import Cell, Line, Note, Table, Text
from campaign_effect.apa.tables.generic import grouped, heading, heads, tables, values

EXPLAINED: Final = ("hosmer_lemeshow", "mean_residual")
"""Tests with a sentence of their own in the note."""


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
    tests = {row.test.partition(".")[2] for row in result.tests}
    explained = [f"tests_{test}" for test in EXPLAINED if test in tests]
    for outcome, rows in grouped(result.tests, "outcome").items():
        lines.append(heading(outcome))
        lines += [Line(cells=_cells(row), indent=1) for row in rows]
    return Table(
        id="assumptions_tests",
        title=Text(id="title.assumptions.tests"),
        heads=heads("assumption", "test", "value", "df", "p_value", "remedy"),
        lines=tuple(lines),
        notes=(_note("tests", *explained),),
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
    is_drawn = any(row.design_gvif is not None for row in result.inflation)
    fields = ("variable", "gvif", "df", "scaled_vif", *(("design_gvif",) if is_drawn else ()))
    for outcome, rows in grouped(result.inflation, "outcome").items():
        lines.append(heading(outcome))
        lines += [Line(cells=values(row, *fields), indent=1) for row in rows]
    return Table(
        id="assumptions_inflation",
        title=Text(id="title.assumptions.inflation"),
        heads=heads(*fields),
        lines=tuple(lines),
        notes=(_note("inflation", *(("inflation_drawn",) if is_drawn else ())),),
        glossary=result.glossary,
    )


def _discrimination(result: AssumptionsResult) -> Table:
    fields = ("outcome", "auc", "std_error", "conf_low:conf_high", "n")
    methods = dict.fromkeys(row.interval for row in result.discrimination)
    return Table(
        id="assumptions_discrimination",
        title=Text(id="title.assumptions.discrimination"),
        heads=heads("outcome", "auc", "std_error", "ci", "n", level=result.level),
        lines=tuple(Line(cells=values(row, *fields)) for row in result.discrimination),
        notes=((*(Text(id=method) for method in methods), *_note("discrimination")),),
        glossary=result.glossary,
    )


def _calibration(result: AssumptionsResult) -> Table:
    lines: list[Line] = []
    fields = ("decile", "n", "observed_share", "expected_share")
    for outcome, rows in grouped(result.calibration, "outcome").items():
        lines.append(heading(outcome))
        for category, own in _by_category(rows).items():
            if category is not None:
                lines.append(Line(cells=values(own[0], "category"), indent=1))
            indent = 1 if category is None else 2
            lines += [Line(cells=values(row, *fields), indent=indent) for row in own]
    return Table(
        id="assumptions_calibration",
        title=Text(id="title.assumptions.calibration"),
        heads=heads(*fields),
        lines=tuple(lines),
        notes=(_note("calibration", *_ways(result, "calibration_weighted")),),
        glossary=result.glossary,
    )


def _by_category(rows: list[CalibrationRow]) -> dict[str | None, list[CalibrationRow]]:
    found: dict[str | None, list[CalibrationRow]] = {}
    for row in rows:
        found.setdefault(row.category, []).append(row)
    return found


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
        notes=(_note("classification", *_ways(result, "classification_weighted")),),
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
        notes=(_note("influence", *_ways(result, "influence_weighted")),),
        glossary=result.glossary,
    )


def _ways(result: AssumptionsResult, weighted: str) -> tuple[str, ...]:
    """Name what a note adds of weights; that on imputations is a notice."""
    return () if result.sample.weight is None else (weighted,)


def _note(*names: str) -> Note:
    return tuple(Text(id=f"note.assumptions.{name}") for name in names)
