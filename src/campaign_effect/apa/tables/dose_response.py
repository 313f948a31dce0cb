"""Tables of outcomes along the answers to exposures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from campaign_effect.analyses.effects.dose_response import Dose, DoseResponseResult, DoseTest
from campaign_effect.apa.blocks import Cell, Head, Interval, Line, Note, Table, Text, Value
from campaign_effect.apa.tables.generic import (
    grouped,
    heading,
    heads,
    pooled_note,
    sample_note,
    suppressible,
    suppression_note,
    tables,
    values,
)
from campaign_effect.apa.tables.models import answer_text
from campaign_effect.results import Kind, Sample

HYPOTHESES: Final = (
    "hypothesis.no_difference",
    "hypothesis.no_trend",
    "hypothesis.straight_line",
)
"""In the order of the columns."""


@tables.register
def _(result: DoseResponseResult) -> tuple[Table, ...]:
    by_outcome = grouped(result.doses, "outcome").items()
    doses = tuple(_doses(result, outcome, rows) for outcome, rows in by_outcome)
    return (*doses, _tests(result))


def is_number(row: Dose) -> bool:
    """Say whether the outcome is a measure, and no probability."""
    return row.model == "model.ols"


def _doses(result: DoseResponseResult, outcome: str, rows: list[Dose]) -> Table:
    """Head each exposure, and give each of its answers a line."""
    lines: list[Line] = []
    for term, found in grouped(rows, "term").items():
        lines.append(heading(term))
        lines += [Line(cells=_dose_cells(row), indent=1) for row in found]
    unit = "number" if is_number(rows[0]) else "per_cent"
    level = result.level
    return Table(
        id=f"dose_response_{outcome}",
        title=Text.of("title.dose_response.doses", outcome=outcome),
        heads=(
            *heads("answer_at", "n"),
            *_spanned("adjusted", f"prediction_{unit}", "ci", level=level),
            *_spanned("against_lowest", f"difference_{unit}", "ci", "p_value", level=level),
        ),
        lines=tuple(lines),
        notes=(
            (
                Text(id=f"note.dose_response.{unit}"),
                *_who(result, outcome, rows),
                *_given_note(result.sample),
            ),
            *suppression_note(rows, result.min_cell),
        ),
        glossary=result.glossary,
    )


def _who(result: DoseResponseResult, outcome: str, rows: list[Dose]) -> Note:
    """Say how many were used, once for exposures with the same respondents."""
    samples: dict[Sample, list[str]] = {}
    for term in grouped(rows, "term"):
        samples.setdefault(result.sample_of(f"{outcome}:{term}"), []).append(term)
    if len(samples) == 1:
        return sample_note(next(iter(samples)))
    return tuple(
        text
        for sample, terms in samples.items()
        for text in (
            Text.of("note.dose_response.who", exposures=tuple(terms)),
            *sample_note(sample),
        )
    )


def _given_note(sample: Sample) -> Note:
    """Say that imputed answers are in the models, and in no count."""
    return (Text(id="note.dose_response.given"),) if sample.n_imputed else ()


def _spanned(spanner: str, *columns: str, level: float | None = None) -> tuple[Head, ...]:
    text = Text(id=f"word.{spanner}")
    return tuple(Head(text=head.text, spanner=text) for head in heads(*columns, level=level))


def _dose_cells(row: Dose) -> tuple[Cell, ...]:
    n = suppressible(row, "n", hidden=("n",))
    shown = values(row, "estimate", "conf_low:conf_high")
    less = values(row, "difference", "difference_low:difference_high", "p_value")
    if row.difference is None:
        less = (None, None, None)
    if is_number(row):
        shown, less = _as_numbers(shown), _as_numbers(less)
    return (answer_text(row.term, row.dose), *n, *shown, *less)


def _as_numbers(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Read shares and points as numbers in the outcome's own units."""
    return tuple(
        replace(cell, kind=Kind.NUMBER)
        if isinstance(cell, (Value, Interval)) and cell.kind in {Kind.PROPORTION, Kind.POINTS}
        else cell
        for cell in cells
    )


def _tests(result: DoseResponseResult) -> Table:
    """Give an exposure a line, a hypothesis three columns."""
    lines: list[Line] = []
    for outcome, rows in grouped(result.tests, "outcome").items():
        lines.append(heading(outcome))
        for term, found in grouped(rows, "term").items():
            by_hypothesis = {row.hypothesis: row for row in found}
            cells = tuple(
                cell for one in HYPOTHESES for cell in _test_cells(by_hypothesis.get(one))
            )
            lines.append(Line(cells=(Value(value=term, kind=Kind.NAME), *cells), indent=1))
    return Table(
        id="dose_response_tests",
        title=Text(id="title.dose_response.tests"),
        heads=(
            *heads("exposure"),
            *(
                Head(text=head.text, spanner=Text(id=one))
                for one in HYPOTHESES
                for head in heads("f", "df", "p_value")
            ),
        ),
        lines=tuple(lines),
        notes=((Text(id="note.dose_response.tests"), *pooled_note(result.sample)),),
        glossary=result.glossary,
    )


def _test_cells(row: DoseTest | None) -> tuple[Cell, ...]:
    if row is None:
        return (None, None, None)
    df: Cell = values(row, "df")[0]
    if row.df_2 is not None:
        df = Text.of("word.two_df", df=row.df, df_2=row.df_2)
    return (*values(row, "statistic"), df, *values(row, "p_value"))
