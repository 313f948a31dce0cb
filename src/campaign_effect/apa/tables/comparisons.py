"""Tables of nested models side by side."""

from __future__ import annotations

from campaign_effect.analyses.effects.comparisons import (
    ComparisonResult,
    EffectStep,
    ImputedComparisonResult,
    ModelStep,
    PooledLikelihoodRatio,
)
from campaign_effect.apa.blocks import Cell, Head, Line, Table, Text
from campaign_effect.apa.tables.generic import grouped, heads, sample_note, tables, values

RATIO = ("lr_chi2", "lr_df", "lr_p_value")
"""The likelihood-ratio test, which imputations have in a table of its own."""

JOINT = ("f", "df", "p_value")


@tables.register
def _(result: ComparisonResult) -> tuple[Table, ...]:
    return (_steps(result), _effects(result))


@tables.register
def _(result: ImputedComparisonResult) -> tuple[Table, ...]:
    ratios = (_ratios(result),) if result.likelihood_ratios else ()
    return (_steps(result), *ratios, _effects(result))


def _ratios(result: ImputedComparisonResult) -> Table:
    """Give the likelihood-ratio tests over imputations."""
    rows = result.likelihood_ratios
    outcome = result.steps[0].outcome
    return Table(
        id=f"comparison_ratios_{outcome}",
        title=Text.of("title.comparison.likelihood_ratios", outcome=outcome),
        heads=heads("step", "added", "f", "df", "p_value", "riv"),
        lines=tuple(
            Line(
                cells=(
                    *values(row, "step", "added", "statistic"),
                    _two_df(row),
                    *values(row, "p_value", "riv"),
                )
            )
            for row in rows
        ),
        notes=((Text(id="note.comparison.likelihood_ratios"),),),
        glossary=result.glossary,
    )


def _steps(result: ComparisonResult) -> Table:
    share = "mcfadden" if result.steps[0].mcfadden is not None else "r2"
    is_imputed = isinstance(result, ImputedComparisonResult)
    columns = (share,) if is_imputed else ("aic", share, *RATIO)
    note = "imputed_steps" if is_imputed else "steps"
    return Table(
        id=f"comparison_{result.steps[0].outcome}",
        title=Text.of("title.comparison.steps", outcome=result.steps[0].outcome),
        heads=heads("step", "added", *columns, *JOINT),
        lines=tuple(Line(cells=_step_cells(row, columns)) for row in result.steps),
        notes=((Text(id=f"note.comparison.{note}"), *sample_note(result.sample)),),
        glossary=result.glossary,
    )


def _step_cells(row: ModelStep, columns: tuple[str, ...]) -> tuple[Cell, ...]:
    before = ("step", "added", *columns, "statistic")
    return (*values(row, *before), _two_df(row), *values(row, "p_value"))


def _two_df(row: ModelStep | PooledLikelihoodRatio) -> Cell:
    if row.df_2 is None:
        return values(row, "df")[0]
    return Text.of("word.two_df", df=row.df, df_2=row.df_2)


def _effects(result: ComparisonResult) -> Table:
    """Give each effect a line, each model its columns."""
    steps = [row.step for row in result.steps]
    lines = []
    of_change = (
        found
        for rows in grouped(result.effects, "term").values()
        for same in grouped(rows, "contrast").values()
        for found in grouped(same, "category").values()
    )
    for found in of_change:
        by_step = {row.step: row for row in found}
        label = _change_label(found[0], result.steps[0].outcome)
        cells = tuple(cell for step in steps for cell in _effect_cells(by_step.get(step)))
        lines.append(Line(cells=(label, *cells)))
    spanned = tuple(
        Head(text=head.text, spanner=Text.of("word.model_number", number=step))
        for step in steps
        for head in heads("ame", "ci", "p_value", level=result.level)
    )
    return Table(
        id=f"comparison_effects_{result.steps[0].outcome}",
        title=Text.of("title.comparison.effects", outcome=result.steps[0].outcome),
        heads=(*heads("variable"), *spanned),
        lines=tuple(lines),
        notes=((Text(id="note.comparison.effects"), *sample_note(result.sample)),),
        glossary=result.glossary,
    )


def _change_label(row: EffectStep, outcome: str) -> Text:
    """Name what changes, and the category whose probability it changes."""
    label = Text.of("word.term_contrast", term=row.term, contrast=row.contrast)
    if row.category is None:
        return label
    return Text.of("word.in_category", label=label, category=f"{outcome}={row.category}")


def _effect_cells(row: EffectStep | None) -> tuple[Cell, ...]:
    if row is None:
        return (None, None, None)
    return values(row, "estimate", "conf_low:conf_high", "p_value")
