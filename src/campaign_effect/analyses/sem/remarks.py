"""What a reader should know before relying on a fitted model."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from campaign_effect.analyses.sem.answers import ModelAnswers
from campaign_effect.analyses.sem.fitting import FittedFactors
from campaign_effect.analyses.sem.imputed import ImputedAnswers
from campaign_effect.results import Notice
from campaign_effect.stats.moments.tables import count_tables
from campaign_effect.stats.sem.diagnosis import (
    Improper,
    improper_values,
    unidentified_parameters,
)

MOST_ROWS = 50_000
"""Of more, empty cells are not looked for: they are rare, and counting takes time."""

LARGE_R_HAT = 1.1
"""Above it chains have not mixed: Gelman and Rubin (1992), https://doi.org/10.1214/ss/1177011136"""

FEW_FOR_ORDINAL = 200
"""Below it thresholds and correlations of ordered answers are unsteady: Rhemtulla,
Brosseau-Liard and Savalei (2012), https://doi.org/10.1037/a0029315"""


def remarks(fitted: FittedFactors) -> tuple[Notice, ...]:
    """Say what is wrong with a solution, and what it takes for granted."""
    return (
        *_about_solution(fitted),
        *_about_answers(fitted),
        *(about_weights(fitted.answers, fitted.schema_weight) if fitted.answers else ()),
        *(about_imputing(fitted.answers, fitted.imputed) if fitted.answers else ()),
        *_about_villages(fitted),
    )


def _about_solution(fitted: FittedFactors) -> Iterator[Notice]:
    solution = fitted.solution
    if not fitted.is_converged:
        gradient = float(np.abs(solution.optimum.gradient).max())
        yield Notice.of("model_not_converged", gradient=f"{gradient:.1e}")
    is_singular = not np.isfinite(solution.vcov).all()
    if is_singular and (free := unidentified_parameters(solution)):
        names = tuple(dict.fromkeys(row.name for row in free))
        yield Notice.of("not_identified", parameters=names)
    for one in improper_values(solution):
        yield _improper(fitted, one)


def _improper(fitted: FittedFactors, one: Improper) -> Notice:
    if one.kind == "negative_variance":
        return Notice.of("negative_variance", item=one.variables[0], variance=one.value)
    if one.kind == "correlation_beyond_one":
        return Notice.of("correlation_beyond_one", factors=one.variables, r=one.value)
    if one.kind == "negative_eigenvalue":
        return Notice.of("factors_not_definite", factors=one.variables, smallest=one.value)
    return Notice.of("residuals_not_definite", smallest=one.value)


def _about_answers(fitted: FittedFactors) -> Iterator[Notice]:
    if fitted.settings.missing == "pairwise":
        yield Notice.of("pairwise_mcar")
    if fitted.settings.takes_categories and fitted.solution.sample.n < FEW_FOR_ORDINAL:
        yield Notice.of("few_for_ordinal", n=fitted.solution.sample.n, cutoff=FEW_FOR_ORDINAL)
    coding, predictors = fitted.coding, fitted.variables.predictors
    if predictors and coding is not None and coding.takes_predictors_jointly:
        yield Notice.of("normal_predictors", variables=predictors)
    yield from _empty_cells(fitted)


def about_weights(answers: ModelAnswers, schema_weight: str | None) -> Iterator[Notice]:
    """Say whom the estimates describe, and what the weights cost."""
    if answers.weights is not None:
        n, effective = answers.n, answers.n_effective
        yield Notice.of("model_weighted", n=n, effective=effective, deff=n / effective)
    elif schema_weight is not None:
        yield Notice.of("model_unweighted", weight=schema_weight)


def about_imputing(answers: ModelAnswers, imputed: ImputedAnswers | None) -> Iterator[Notice]:
    """Say how answers were imputed, what that takes for granted, and whether it was enough."""
    if imputed is None:
        return
    m = imputed.n_imputations
    if not m:
        yield Notice.of("model_nothing_imputed")
        return
    yield Notice.of(
        "model_imputed",
        complete=imputed.n_complete,
        n=answers.n,
        m=m,
        rounds=imputed.rounds,
        share=imputed.share_missing,
    )
    needed = math.ceil(100 * imputed.largest_share)
    if m < needed:
        share = imputed.largest_share
        yield Notice.of("model_few_imputations", m=m, share=share, needed=needed)
    unmixed = {name: r for name, r in imputed.r_hat if r > LARGE_R_HAT}
    if unmixed:
        largest = max(unmixed.values())
        yield Notice.of("chains_unmixed", variables=tuple(unmixed), r_hat=largest)


def _empty_cells(fitted: FittedFactors) -> Iterator[Notice]:
    """Say where combinations of answers were given by nobody."""
    coding, answers = fitted.coding, fitted.answers
    if coding is None or answers is None or not coding.codes or answers.n > MOST_ROWS:
        return
    sizes = np.array([len(values) for values in coding.categories])
    exists = np.arange(sizes.max()) < sizes[:, None]
    first, second = np.triu_indices(len(sizes), 1)
    possible = exists[first][:, :, None] & exists[second][:, None, :]
    empty = np.zeros(len(first), dtype=np.int64)
    for codes in coding.codes:
        tables = count_tables(codes, n_categories=sizes)
        empty = np.maximum(empty, ((tables.counts == 0) & possible).sum(axis=(1, 2)))
    if empty.any():
        worst = int(empty.argmax())
        items = (answers.names[first[worst]], answers.names[second[worst]])
        facts = {"n": int((empty > 0).sum()), "total": len(empty)}
        yield Notice.of("empty_cells", **facts, items=items, most=int(empty.max()))


def _about_villages(fitted: FittedFactors) -> Iterator[Notice]:
    """Say how villages were reckoned with, and what still takes respondents as independent."""
    answers, cluster = fitted.answers, fitted.settings.cluster
    if answers is None or cluster is None:
        return
    if answers.n_clusters < 2:
        yield Notice.of("one_cluster", cluster=cluster)
        return
    reps = fitted.replicates
    if reps is None:
        return
    yield Notice.of(
        "village_bootstrap",
        cluster=cluster,
        n=answers.n_clusters,
        parameters=fitted.solution.table.n_free,
        reps=reps.n_reps,
        failed=reps.n_failed,
    )
