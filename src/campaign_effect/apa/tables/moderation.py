"""Tables of effects that differ, and of risk ratios."""

from __future__ import annotations

from campaign_effect.analyses.effects.moderation import (
    ConditionalEffect,
    EffectDifference,
    EffectEquality,
    ModerationResult,
)
from campaign_effect.analyses.effects.risk_ratios import RiskRatio, RiskRatioResult
from campaign_effect.apa.blocks import Cell, Line, Table, Text
from campaign_effect.apa.tables.generic import (
    grouped,
    heads,
    pooled_note,
    sample_note,
    tables,
    values,
)
from campaign_effect.apa.tables.models import (
    answer_text,
    contrast_label,
    held_note,
    in_unit,
    p_text,
    statistic_columns,
    unit_of,
)


@tables.register
def _(result: ModerationResult) -> tuple[Table, ...]:
    return tuple(
        _moderation(result, outcome, rows)
        for outcome, rows in grouped(result.effects, "outcome").items()
    )


def _moderation(result: ModerationResult, outcome: str, rows: list[ConditionalEffect]) -> Table:
    """Head each effect by what changes; give an answer a line, then each difference."""
    columns, fields = statistic_columns(rows)
    differences = [row for row in result.differences if row.outcome == outcome]
    lines: list[Line] = []
    for contrast, found in grouped(rows, "contrast").items():
        for category, effects in grouped(found, "category").items():
            lines.append(Line(cells=(contrast_label(effects[0]),)))
            lines += [_line(at_text(row), row, fields) for row in effects]
            lines += [
                _line(Text.of("word.less", one=at_text(row), other=than_text(row)), row, fields)
                for row in differences
                if (row.contrast, row.category) == (contrast, category)
            ]
    unit = unit_of(rows[0])
    who = "own" if result.own_members else "everyone"
    return Table(
        id=f"moderation_{outcome}_{rows[0].term}_{rows[0].by}",
        title=Text.of(
            f"title.moderation.{unit}", outcome=outcome, term=rows[0].term, by=rows[0].by
        ),
        heads=heads("variable", *columns, level=result.level),
        lines=tuple(lines),
        notes=(
            (
                Text.of(f"note.moderation.{who}", by=rows[0].by),
                *(_equality_text(row) for row in result.equality if row.outcome == outcome),
                *(pooled_note(result.sample) if result.equality else ()),
                *sample_note(result.sample_of(outcome)),
            ),
        ),
        glossary=result.glossary,
    )


def _line(label: Text, row: ConditionalEffect, fields: list[str]) -> Line:
    cells: tuple[Cell, ...] = tuple(in_unit(cell, row) for cell in values(row, *fields))
    return Line(cells=(label, *cells), indent=1)


def at_text(row: ConditionalEffect) -> Text:
    """Name the answer an effect is at."""
    return answer_text(row.by, row.by_value if row.by_level is None else row.by_level)


def than_text(row: EffectDifference) -> Text:
    """Name the answer that an effect is compared with."""
    return answer_text(row.by, row.than_value if row.than_level is None else row.than_level)


def _equality_text(row: EffectEquality) -> Text:
    """Say the joint test, by F or, where its second df is infinite, by χ²."""
    is_chi2 = row.df_2 is None
    return Text.of(
        f"note.moderation.equality_{'chi2' if is_chi2 else 'f'}",
        label=contrast_label(row),
        statistic=row.statistic * row.df if is_chi2 else row.statistic,
        df=row.df,
        df_2=row.df_2,
        p=p_text(row.p_value),
    )


@tables.register
def _(result: RiskRatioResult) -> tuple[Table, ...]:
    return tuple(
        _ratios(result, outcome, rows)
        for outcome, rows in grouped(result.ratios, "outcome").items()
    )


def _ratios(result: RiskRatioResult, outcome: str, rows: list[RiskRatio]) -> Table:
    return Table(
        id=f"risk_ratios_{outcome}",
        title=Text.of("title.risk_ratios", outcome=outcome),
        heads=heads(
            *("variable", "base_risk", "risk", "risk_ratio", "ci", "p_value"),
            level=result.level,
        ),
        lines=tuple(
            Line(
                cells=(
                    contrast_label(row),
                    *values(
                        row, "base_risk", "risk", "estimate", "conf_low:conf_high", "p_value"
                    ),
                )
            )
            for row in rows
        ),
        notes=(
            (
                Text.of("note.risk_ratios", outcome=outcome),
                *held_note(result.at),
                *sample_note(result.sample_of(outcome)),
            ),
        ),
        glossary=result.glossary,
    )
