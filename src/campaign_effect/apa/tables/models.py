"""Tables of regression models and average effects."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from campaign_effect.analyses.effects.choices import Firth, PartialOrderedLogit
from campaign_effect.analyses.effects.clustered_models import Gee
from campaign_effect.analyses.effects.complete_cases import TreatedEffect
from campaign_effect.analyses.effects.counterfactuals import Answer
from campaign_effect.analyses.effects.covariances import (
    Classic,
    ReplicateWeights,
    SurveyDesign,
    TwoWay,
)
from campaign_effect.analyses.effects.equivalence import Equivalence
from campaign_effect.analyses.effects.margins import AverageEffect, MarginsResult
from campaign_effect.analyses.effects.measurement_error_rows import CalibratedEffect
from campaign_effect.analyses.effects.model_table import ModelTerm
from campaign_effect.analyses.effects.moderation import ConditionalEffect, EffectEquality
from campaign_effect.analyses.effects.pooled import PooledModel
from campaign_effect.analyses.effects.regression import FittedModel
from campaign_effect.analyses.effects.risk_ratios import RiskRatio
from campaign_effect.analyses.effects.rows import (
    Coefficient,
    EffectResult,
    ImputedEffectResult,
    MissingInformation,
    ModelFit,
)
from campaign_effect.analyses.effects.sensitivity import Conclusion
from campaign_effect.apa.blocks import Cell, Interval, Line, Note, Table, Text, Value
from campaign_effect.apa.tables.generic import grouped, heads, sample_note, tables, values
from campaign_effect.results import Kind

EffectRow = AverageEffect | ConditionalEffect | Equivalence | CalibratedEffect | TreatedEffect
"""An average effect in units of the outcome."""

ChangeRow = (
    AverageEffect | ConditionalEffect | Equivalence | RiskRatio | EffectEquality | ModelTerm
) | (Conclusion | TreatedEffect)
"""What a change of one variable does."""

STEP_LABELS = {"dY/dX": "per_unit", "+1": "per_unit", "+1 SD": "per_sd"}
"""Contrasts of a number that are no two answers, and their words."""

LINEAR_DIGITS = 3
"""Of coefficients that are differences of probabilities."""


@tables.register
def model_tables(result: EffectResult) -> tuple[Table, ...]:
    """Give a table of coefficients a model."""
    return tuple(
        _coefficients(result, one, fit)
        for one, fit in zip(result.pooled, result.fits, strict=True)
    )


def _coefficients(result: EffectResult, pooled: PooledModel, fit: ModelFit) -> Table:
    one = pooled.first
    outcome = one.formula.outcome
    rows = [row for row in result.coefficients if row.outcome == outcome]
    lost = _lost(result, outcome)
    statistic = "z" if rows[0].df is None and not one.vcov.cluster else "t"
    columns = ["term", "estimate", "std_error", statistic, "df", "p_value", "ci"]
    if statistic == "z":
        columns.remove("df")
    if one.model.has_odds:
        columns[-1:] = ["odds_ratio", "odds_ci"]
    return Table(
        id=f"{one.model.name}_{outcome}",
        title=Text.of(f"title.effects.{one.model.name}", outcome=outcome),
        heads=heads(*columns, *(["fmi"] if lost else []), level=result.level),
        lines=_equations(rows, columns, one, lost),
        notes=_notes(pooled, fit),
        glossary=result.glossary,
    )


Lost = dict[tuple[str, str | None], MissingInformation]
"""What missing answers cost the coefficients, by term and category."""


def _lost(result: EffectResult, outcome: str) -> Lost:
    if not isinstance(result, ImputedEffectResult):
        return {}
    rows = [row for row in result.information if row.outcome == outcome]
    return {(row.term, row.category): row for row in rows}


def _equations(
    rows: list[Coefficient], columns: list[str], one: FittedModel, lost: Lost
) -> tuple[Line, ...]:
    """Give a line a term; those of a category are headed by it and the base."""
    lines: list[Line] = []
    for category, block in grouped(rows, "category").items():
        is_headed = bool(one.categories) and category is not None
        if is_headed:
            lines.append(Line(cells=(equation_label(one, category),)))
        for row in block:
            found = lost.get((row.term, row.category))
            cells = values(found, "fmi") if found else ()
            lines.append(
                Line(cells=(*_cells(row, columns, one), *cells), indent=int(is_headed))
            )
    return tuple(lines)


def equation_label(one: FittedModel, category: str) -> Text:
    """Name a category and the base it is compared with, or the threshold of freed terms."""
    if isinstance(one.model, PartialOrderedLogit):
        return Text.of("word.above_threshold", threshold=category)
    outcome, base = one.formula.outcome, (one.categories or ("",))[0]
    return Text.of("word.versus", one=f"{outcome}={category}", other=f"{outcome}={base}")


def _cells(row: Coefficient, columns: list[str], one: FittedModel) -> tuple[Cell, ...]:
    fields = {
        "t": "statistic",
        "z": "statistic",
        "ci": "conf_low:conf_high",
        "odds_ci": "odds_low:odds_high",
    }
    cells = values(row, *(fields.get(column, column) for column in columns))
    digits = digits_of(row.std_error, 2 if one.model.has_odds else LINEAR_DIGITS)
    precise = {"estimate", "std_error"}
    return tuple(
        Value(value=cell.value, kind=cell.kind, digits=digits)
        if isinstance(cell, Value) and column in precise
        else cell
        for column, cell in zip(columns, cells, strict=True)
    )


def digits_of(std_error: float, least: int) -> int:
    """Choose decimals that show two digits of a standard error, at most five."""
    if not std_error > 0:
        return least
    return min(max(least, 1 - math.floor(math.log10(std_error))), 5)


def _notes(pooled: PooledModel, fit: ModelFit) -> tuple[Note, ...]:
    one = pooled.first
    general = [*_outcome_texts(one, fit), *bases_text(one), *vcov_texts(one, fit)]
    if isinstance(one.model, PartialOrderedLogit):
        general.append(Text(id="note.freed"))
    general += sample_note(one.sample)
    fitted = tuple(
        _gee_texts(one.model, fit) if isinstance(one.model, Gee) else _fit_texts(fit)
    )
    if len(pooled.fits) == 1:
        return tuple(general), fitted
    return tuple(general), tuple(imputed_texts(pooled)), fitted


def imputed_texts(pooled: PooledModel) -> list[Text]:
    """Say how missing answers were imputed, and how the imputations were pooled."""
    imputed = pooled.imputed
    if imputed is None:
        return []
    choice, cluster = imputed.choice, imputed.incomplete.cluster
    facts = {"m": choice.m, "rounds": choice.rounds, "seed": choice.seed}
    said = [Text.of("note.imputed.model", **facts)]
    if cluster is not None:
        said.append(Text.of("note.imputed.villages", cluster=cluster))
    if choice.auxiliary:
        said.append(Text.of("note.imputed.auxiliary", names=tuple(choice.auxiliary)))
    return [*said, Text(id="note.imputed.pooled")]


def _outcome_texts(one: FittedModel, fit: ModelFit) -> list[Text]:
    if fit.n_events is None:
        return []
    outcome = one.formula.outcome
    return [Text.of("note.event", outcome=outcome, events=fit.n_events, n=fit.n)]


def bases_text(*models: FittedModel) -> list[Text]:
    """Name the base of every factor in some models."""
    levels: dict[str, str] = {}
    for one in models:
        factors = one.answers[list(one.formula.columns)].select_dtypes("category")
        levels |= {str(name): factors[name].cat.categories[0] for name in factors}
    bases = tuple(
        Text.of("note.base", variable=name, level=f"{name}={level}")
        for name, level in levels.items()
    )
    return [Text.of("note.bases", bases=bases)] if bases else []


def vcov_texts(one: FittedModel, fit: ModelFit) -> list[Text]:
    """Say where the standard errors come from."""
    if isinstance(one.vcov, SurveyDesign):
        return [Text.of("note.vcov.design", parts=tuple(_design_texts(one.vcov, fit)))]
    if isinstance(one.vcov, ReplicateWeights):
        return [Text.of("note.vcov.replicates", n=len(one.vcov.replicates))]
    if one.vcov.cluster is None:
        is_penalised = isinstance(one.model, Firth) and isinstance(one.vcov, Classic)
        return [Text(id=f"note.vcov.{'penalised' if is_penalised else one.vcov.name}")]
    clusters = {"cluster": one.vcov.cluster, "n": fit.n_clusters}
    if isinstance(one.vcov, TwoWay):
        clusters |= {"second": fit.second_cluster, "n_second": fit.n_second_clusters}
    return [Text.of(f"note.vcov.{one.vcov.name}", **clusters)]


def _design_texts(design: SurveyDesign, fit: ModelFit) -> Iterator[Text]:
    """Name strata, sampling units and populations."""
    if design.strata is not None:
        yield Text.of("note.design.strata", n=fit.n_strata, strata=design.strata)
    if design.cluster is None:
        yield Text(id="note.design.respondents")
    else:
        yield Text.of("note.design.units", n=fit.n_clusters, cluster=design.cluster)
    if design.fpc is not None:
        yield Text.of("note.design.population", fpc=design.fpc)


def p_text(p_value: float | None) -> Text:
    """Say *p* with its sign: "= .012", "< .001"."""
    is_edge = p_value is not None and (p_value < 0.001 or p_value > 0.999)
    return Text.of("word.p_edge" if is_edge else "word.p_equals", p=p_value)


def _gee_texts(model: Gee, fit: ModelFit) -> list[Text]:
    alpha = round(fit.working_correlation or 0.0, 3)  # of villages it is small
    of_what = "odds" if model.has_odds else "coefficients"
    return [
        Text.of(f"note.fit.gee_{model.correlation}", cluster=model.cluster, alpha=alpha),
        Text.of(f"note.fit.gee_{of_what}", cluster=model.cluster),
    ]


def _fit_texts(fit: ModelFit) -> list[Text]:
    if fit.log_likelihood is None or (fit.mcfadden is not None and fit.lr_chi2 is None):
        return _untested_texts(fit)
    if fit.mcfadden is not None:
        is_binary = fit.auc is not None
        return [
            Text.of(
                "note.fit.logit" if is_binary else "note.fit.categories",
                deviance=-2 * fit.log_likelihood,
                chi2=fit.lr_chi2,
                df=fit.lr_df,
                p=p_text(fit.lr_p_value),
                mcfadden=fit.mcfadden,
                nagelkerke=fit.nagelkerke,
                **({"tjur": fit.tjur, "auc": fit.auc} if is_binary else {}),
            )
        ]
    if fit.icc is not None:
        facts = {"sd": fit.sd, "icc": fit.icc, "mor": fit.median_odds_ratio}
        deviance = -2 * fit.log_likelihood
        return [Text.of("note.fit.mixed", deviance=deviance, cluster=fit.cluster, **facts)]
    if fit.r2 is None:
        return [Text.of("note.fit.likelihood", deviance=-2 * fit.log_likelihood)]
    return [Text.of("note.fit.linear", r2=fit.r2, adjusted=fit.r2_adjusted)]


def _untested_texts(fit: ModelFit) -> list[Text]:
    """Describe a fit that has no likelihood-ratio test: weighted, or of several imputations."""
    if fit.r2 is not None:
        return [Text.of("note.fit.linear", r2=fit.r2, adjusted=fit.r2_adjusted)]
    if fit.mcfadden is None:
        return []
    if fit.auc is None or fit.log_likelihood is not None:
        facts = {"mcfadden": fit.mcfadden, "nagelkerke": fit.nagelkerke}
        return [Text.of("note.fit.shares", **facts)]
    names = ("mcfadden", "nagelkerke", "tjur", "auc")
    return [Text.of("note.fit.weighted", **{name: getattr(fit, name) for name in names})]


@tables.register
def _(result: MarginsResult) -> tuple[Table, ...]:
    return tuple(
        _effects(result, outcome, rows)
        for outcome, rows in grouped(result.effects, "outcome").items()
    )


def _effects(result: MarginsResult, outcome: str, rows: list[AverageEffect]) -> Table:
    columns, fields = statistic_columns(rows)
    return Table(
        id=f"margins_{outcome}",
        title=Text.of(f"title.margins.{unit_of(rows[0])}", outcome=outcome),
        heads=heads("variable", *columns, level=result.level),
        lines=_effect_lines(rows, fields),
        notes=(
            (
                Text.of(f"note.margins.{unit_of(rows[0])}", outcome=outcome),
                *fmi_note(rows),
                *held_note(result.at),
                *sample_note(dict(result.samples)[outcome]),
            ),
        ),
        glossary=result.glossary,
    )


def fmi_note(rows: Sequence[AverageEffect | TreatedEffect]) -> Note:
    """Say how much of the information about effects is missing, where answers were imputed."""
    found = [row.fmi for row in rows if row.fmi is not None]
    return (Text.of("note.fmi", fmi=max(found)),) if found else ()


def statistic_columns(
    rows: Sequence[AverageEffect | ConditionalEffect],
) -> tuple[list[str], list[str]]:
    """Choose the columns of average effects and their fields: *t* with df, or *z*."""
    columns = ["ame", "std_error", "t", "df", "p_value", "ci"]
    fields = ["estimate", "std_error", "statistic", "df", "p_value", "conf_low:conf_high"]
    if any(row.df is not None for row in rows):
        return columns, fields
    columns[2] = "z"
    return [c for c in columns if c != "df"], [f for f in fields if f != "df"]


def _effect_lines(rows: list[AverageEffect], fields: list[str]) -> tuple[Line, ...]:
    """Give a line an effect; those on categories are headed by what changes."""
    lines: list[Line] = []
    above = None
    for row in rows:
        label = change_label(row)
        if row.category is not None:
            if label != above:
                lines.append(Line(cells=(label,)))
            above, label = label, Text.of("word.name", name=f"{row.outcome}={row.category}")
        cells = values(row, *fields)
        lines.append(Line(cells=(label, *(in_unit(cell, row) for cell in cells))))
    return tuple(lines)


def unit_of(row: EffectRow) -> str:
    """Name the unit of an effect: points of a probability, or the outcome's own."""
    return "numbers" if row.model == "model.ols" else "effects"


def in_unit(cell: Cell, row: EffectRow) -> Cell:
    """Show an effect on a number as a number instead of in percentage points."""
    if isinstance(cell, (Value, Interval)) and cell.kind is Kind.POINTS:
        return replace(cell, kind=Kind.NUMBER) if unit_of(row) == "numbers" else cell
    return cell


def contrast_label(row: ChangeRow) -> Text:
    """Name what changes, and the category whose probability it changes."""
    if row.category is None:
        return change_label(row)
    category = f"{row.outcome}={row.category}"
    return Text.of("word.in_category", label=change_label(row), category=category)


def change_label(row: ChangeRow) -> Text:
    """Name what changes: a number by a step, or from one answer to another."""
    term = row.term
    if row.contrast in STEP_LABELS:
        return Text.of(f"word.{STEP_LABELS[row.contrast]}", variable=term)
    if row.contrast == "1 - 0":
        return Text.of("word.name", name=term)
    high = answer_text(term, row.high if row.level is None else row.level)
    low = answer_text(term, row.low if row.base is None else row.base)
    return Text.of("word.contrast", variable=term, high=high, low=low)


def answer_text(variable: str, answer: Answer | None) -> Text:
    """Name an answer: a level, a whole number by its label if it has one, or a number."""
    if isinstance(answer, str):
        return Text.of("word.name", name=answer)
    if answer is None or float(answer).is_integer():
        return Text.of("word.name", name=f"{variable}={float(answer or 0):.0f}")
    return Text.of("word.value", value=answer)


def held_note(at: tuple[tuple[str, Answer], ...]) -> Note:
    """Say which answers everyone was given."""
    held = tuple(
        Text.of("word.held", variable=name, answer=answer_text(name, _level(name, answer)))
        for name, answer in at
    )
    return (Text.of("note.held", held=held),) if held else ()


def _level(name: str, answer: Answer) -> Answer:
    """Name a level as the glossary does."""
    return f"{name}={answer}" if isinstance(answer, str) else answer
