"""What is known of the imputations behind a model: information lost, variables, chains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Final

import numpy as np
import pandas as pd

from campaign_effect.analyses.effects.pooled import Imputed, PooledModel
from campaign_effect.analyses.effects.rows import (
    ChainStep,
    EffectResult,
    ImputedEffectResult,
    ImputedVariable,
    MissingInformation,
)
from campaign_effect.results import Notice
from campaign_effect.stats.covariances.covariance import contrast_df
from campaign_effect.stats.design.imputations import Imputations, VariableKind

LARGE_R_HAT: Final = 1.2
"""Above it chains have not mixed (Gelman & Rubin 1992, https://doi.org/10.1214/ss/1177011136);
over half of ten rounds the figure is rough, so the stricter 1.1 would often cry wolf."""

LEAST_ROUNDS: Final = 10
"""Fewer tell nothing about mixing."""


def describe_imputations(effect: EffectResult) -> ImputedEffectResult:
    """Add to models what is known of their imputations."""
    models = effect.pooled
    information = tuple(row for one in models for row in _information(one, effect.level))
    variables = tuple(row for one in models for row in _variables(one))
    shared = {f.name: getattr(effect, f.name) for f in fields(effect)}
    first = effect.sample
    shared["samples"] = (
        *effect.samples[:2],
        *((part, first) for part in ("information", "variables", "chains")),
        *effect.samples[2:],
    )
    notices = (*_notices(models), *_unmixed(models, variables), *_few(models, information))
    shared["notices"] = (*effect.notices, *notices)
    return ImputedEffectResult(
        **shared,
        information=information,
        variables=variables,
        chains=tuple(row for one in models for row in _chains(one)),
    )


def _information(pooled: PooledModel, level: float) -> Iterator[MissingInformation]:
    one = pooled.first
    shown = one.parameters
    tests = pooled.infer(lambda fit: (fit.parameters.values, fit.parameters.contrasts), level)
    dfs = np.mean([contrast_df(fit.covariance, shown.contrasts) for fit in pooled.fits], axis=0)
    for term, category, test, df in zip(shown.terms, shown.categories, tests, dfs, strict=True):
        yield MissingInformation(
            outcome=one.formula.outcome,
            term=term,
            category=category,
            df_complete=float(df) if np.isfinite(df) else None,
            riv=test.riv or 0.0,
            fmi=test.fmi or 0.0,
        )


def _variables(pooled: PooledModel) -> Iterator[ImputedVariable]:
    """Describe every incomplete variable, in the order of the survey."""
    imputed = pooled.imputed
    if imputed is None or imputed.draws is None:
        return
    incomplete, draws = imputed.incomplete, imputed.draws
    places = {int(j): place for place, j in enumerate(draws.variables)}
    for j in sorted(places):
        name = incomplete.names[j]
        given = incomplete.data[:, j][~np.isnan(incomplete.data[:, j])]
        drawn = draws.draws[:, draws.columns == j]
        is_word = isinstance(incomplete.answers[name].dtype, pd.CategoricalDtype)
        yield ImputedVariable(
            outcome=pooled.first.formula.outcome,
            variable=name,
            method=f"imputed_by.{_method(incomplete.kinds[j], given)}",
            n=len(given),
            n_imputed=drawn.shape[1],
            mean=None if is_word else float(given.mean()),
            sd=None if is_word else float(given.std(ddof=1)),
            mean_imputed=None if is_word else float(drawn.mean()),
            sd_imputed=None if is_word else float(drawn.std(ddof=1)),
            r_hat=_finite(draws.r_hat[places[j]]),
        )


def _method(kind: VariableKind, given: np.ndarray) -> str:
    if kind is VariableKind.CATEGORY:
        return "logit" if len(np.unique(given)) == 2 else "multinomial"
    return "ordered_logit" if kind is VariableKind.ORDERED else "matching"


def _chains(pooled: PooledModel) -> Iterator[ChainStep]:
    imputed = pooled.imputed
    if imputed is None or imputed.draws is None:
        return
    draws = imputed.draws
    m, rounds, _ = draws.means.shape
    for place in np.argsort(draws.variables):
        for chain in range(m):
            for t in range(rounds):
                yield ChainStep(
                    outcome=pooled.first.formula.outcome,
                    variable=imputed.incomplete.names[draws.variables[place]],
                    chain=chain + 1,
                    round=t + 1,
                    mean=float(draws.means[chain, t, place]),
                    sd=float(draws.spreads[chain, t, place]),
                )


def _notices(models: tuple[PooledModel, ...]) -> Iterator[Notice]:
    for one in models:
        outcome = one.first.formula.outcome
        if one.imputed is None or one.imputed.draws is None:
            yield Notice.of("nothing_to_impute", outcome=outcome)
        elif terms := _passive(one, one.imputed, one.imputed.draws):
            yield Notice.of("imputed_passively", outcome=outcome, terms=terms)


def _passive(one: PooledModel, imputed: Imputed, draws: Imputations) -> tuple[str, ...]:
    """Name the interactions and curves of variables of which answers were imputed."""
    design = one.first.design
    constructs = {c.name: c.items for c in imputed.incomplete.survey.schema.constructs}
    lacking = {imputed.incomplete.names[j] for j in draws.variables}
    columns = {
        name
        for name in design.columns
        if name in lacking or {item.name for item in constructs.get(name, ())} & lacking
    }
    return tuple(
        str(term) for term, named in design.formed_terms().items() if columns & set(named)
    )


def _unmixed(
    models: tuple[PooledModel, ...], variables: tuple[ImputedVariable, ...]
) -> Iterator[Notice]:
    for one in models:
        if one.imputed is None or one.imputed.choice.rounds < LEAST_ROUNDS:
            continue
        outcome = one.first.formula.outcome
        found = [
            row
            for row in variables
            if row.outcome == outcome and row.r_hat is not None and row.r_hat > LARGE_R_HAT
        ]
        if found:
            names = tuple(row.variable for row in found)
            largest = max(row.r_hat or 0.0 for row in found)
            yield Notice.of("chains_unmixed", variables=names, r_hat=largest)


def _few(
    models: tuple[PooledModel, ...], information: tuple[MissingInformation, ...]
) -> Iterator[Notice]:
    """Say where imputations are fewer than 100 times the fraction of missing information."""
    for one in models:
        outcome = one.first.formula.outcome
        largest = max(row.fmi for row in information if row.outcome == outcome)
        m = len(one.fits)
        if m > 1 and m < 100 * largest:
            needed = int(np.ceil(100 * largest))
            facts = {"m": m, "fmi": largest, "needed": needed}
            yield Notice.of("few_imputations", outcome=outcome, **facts)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
