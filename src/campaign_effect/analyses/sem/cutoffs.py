"""Limits of fit indices made for one model, by simulation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from campaign_effect.analyses.resampling import OnProgress
from campaign_effect.analyses.sem.cutoff_rows import (
    CutoffResult,
    FitCutoff,
    ObservedFit,
    OmittedParameter,
)
from campaign_effect.analyses.sem.fitting import FittedFactors
from campaign_effect.analyses.sem.rows import ConfirmatoryResult, takes_factors
from campaign_effect.errors import StatisticsError, UsageError
from campaign_effect.results import Notice
from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.sem.misspecification import (
    FactorPopulation,
    Omission,
    misspecified,
    omissions,
)
from campaign_effect.stats.sem.simulated_fit import INDICES, Draw, normal_draw, ordinal_draw

LEAST_REPLICATIONS: Final = 100
"""Fewer do not show the twentieth part of a distribution."""

MOST_FAILED: Final = 0.05
"""Of the simulated samples."""

RATES: Final = (0.95, 0.90)
"""Share of wrong models to be found, and of right ones to be kept; the second if need be."""

WORSE: Final = (1, 1, -1)
"""Which way SRMR, RMSEA and CFI grow worse."""


@takes_factors
def simulate_cutoffs(
    result: ConfirmatoryResult,
    *,
    replications: int = 500,
    seed: int = 1,
    on_progress: OnProgress | None = None,
) -> CutoffResult:
    """Find limits of SRMR, RMSEA and CFI that tell right from wrong for this very model.

    Customary limits were found for other models. Here samples as large as the survey are drawn
    from populations in which the model is right, and in which it is wrong by known amounts.

    Parameters
    ----------
    result : ConfirmatoryResult
        Of ``confirm_factors``: factors of items in one group, fitted by ML or its relatives to
        numbers, or by WLSMV or its relatives to ordered answers.
    replications : int, default 500
        Samples from each population, at least 100.
    seed : int, default 1
        The same seed gives the same numbers.
    on_progress : callable, optional
        Told how many samples are done, and of how many.

    Returns
    -------
    CutoffResult
        Parts ``cutoffs`` (one row a level), ``omitted`` (what each level leaves out) and
        ``observed`` (the model's own indices and the level they meet).

    Raises
    ------
    UsageError
        If the model has groups, regressions, higher-order factors or no degrees of freedom, or
        the estimator or ``replications`` does not do.
    StatisticsError
        If the solution is no possible population (not converged, a Heywood case), or too few
        items are free to be misspecified.

    Notes
    -----
    Limits as in [1]_: the 5th percentile of the wrong models' SRMR (RMSEA; the 95th of CFI), if
    at least 95% of right models are better; else 10th and 90%; else there is none. What is
    left out: see ``omissions``. Ordered answers are drawn at the estimated thresholds [2]_.
    Respondents are drawn independently, complete and unweighted.

    References
    ----------
    .. [1] McNeish, D., & Wolf, M. G. (2023). Dynamic fit index cutoffs for confirmatory factor
       analysis models. Psychological Methods, 28, 61-88. https://doi.org/10.1037/met0000425
    .. [2] McNeish, D. (2023). Dynamic fit index cutoffs for categorical factor analysis with
       Likert-type, ordinal, or binary responses. American Psychologist, 78, 1061-1075.
       https://doi.org/10.1037/amp0001213

    Examples
    --------
    >>> from campaign_effect.analyses.sem.confirm import confirm_factors
    >>> from campaign_effect.analyses.sem.summaries import Moments
    >>> given = Moments(names=list("abcd"), n=400, cov=0.5 * np.eye(4) + 0.5 * np.ones((4, 4)))
    >>> model = confirm_factors(given, "f =~ a + b + c + d", estimator="ML")
    >>> found = simulate_cutoffs(model, replications=100)
    >>> found.tidy("omitted")[["lhs", "op", "rhs", "estimate"]].values.tolist()
    [['a', '~~', 'b', 0.3]]
    """
    if replications < LEAST_REPLICATIONS:
        raise UsageError(
            f"Cut-offs need at least {LEAST_REPLICATIONS} replications.", received=replications
        )
    fitted = result.fitted
    _check(result)
    population = _population(result)
    left_out = omissions(population)
    levels = range(max(one.level for one in left_out) + 1)
    populations = [
        misspecified(population, tuple(one for one in left_out if one.level <= level))
        for level in levels
    ]
    drawn = [_draw_of(fitted, one.correlations) for one in populations]
    samples = _simulate(drawn, replications, seed, on_progress)
    failed = int(np.isnan(samples).any(axis=2).sum())
    cutoffs = tuple(_cutoff(level, samples[0], samples[level]) for level in levels[1:])
    return CutoffResult(
        cutoffs=cutoffs,
        omitted=tuple(_omitted(one, fitted) for one in left_out),
        observed=(_observed(result, cutoffs),),
        estimator=fitted.solution.estimator.name,
        n=fitted.solution.sample.n,
        replications=replications,
        seed=seed,
        samples=tuple((part, result.sample) for part in CutoffResult.row_types()),
        notices=tuple(_notices(failed, replications * len(levels))),
        glossary=result.glossary,
    )


def _check(result: ConfirmatoryResult) -> None:
    """Say of which models no limits can be simulated."""
    fitted = result.fitted
    table = fitted.solution.table
    is_ordinal = [name in dict(table.specification.ordered) for name in table.observed]
    is_least_squares = not fitted.solution.estimator.is_likelihood
    reasons = {
        "it has several groups": table.n_groups > 1,
        "it has regressions": any(row.operator == "~" for row in table.parameters),
        "its factors measure factors": any(
            row.operator == "=~" and row.right in table.latent for row in table.parameters
        ),
        "it has no factors": not table.latent,
        "it has no degrees of freedom": fitted.solution.df == 0,
        "ordered answers and numbers stand side by side": len(set(is_ordinal)) > 1,
        "numbers were fitted by least squares": is_least_squares and not any(is_ordinal),
    }
    if found := [reason for reason, is_so in reasons.items() if is_so]:
        raise UsageError(
            "Cut-offs cannot be simulated for this model.",
            received="; ".join(found),
            hint="use confirm_factors with one group, by ML, MLR or WLSMV.",
        )
    if not fitted.is_converged:
        raise StatisticsError(
            "Cut-offs cannot be simulated for a model whose search did not converge."
        )


def _population(result: ConfirmatoryResult) -> FactorPopulation:
    """Take the standardised solution as the population in which the model is right."""
    table = result.fitted.solution.table
    factors, items = list(table.latent), list(table.observed)
    loadings = np.zeros((len(items), len(factors)))
    between, residuals = np.eye(len(factors)), np.eye(len(items))
    for row in result.parameters:
        value = np.nan if row.std_all is None else row.std_all
        if row.op == "=~":
            loadings[items.index(row.rhs), factors.index(row.lhs)] = value
        elif row.op == "~~" and row.lhs != row.rhs:
            matrix, names = (between, factors) if row.lhs in factors else (residuals, items)
            pair = names.index(row.lhs), names.index(row.rhs)
            matrix[pair] = matrix[pair[::-1]] = value
    found = FactorPopulation(loadings=loadings, factors=between, residuals=residuals)
    is_finite = np.isfinite(loadings).all() and np.isfinite(found.correlations).all()
    if not is_finite or found.errors.min() <= 0 or _least(found.correlations) <= 0:
        raise StatisticsError(
            "The solution is no possible population: a Heywood case, or correlations that are "
            "not positive definite.",
            hint="resolve what the notices of the model say first.",
        )
    return found


def _least(matrix: Floats) -> float:
    return float(np.linalg.eigvalsh(matrix)[0])


def _draw_of(fitted: FittedFactors, correlations: Floats) -> Draw:
    if fitted.solution.estimator.is_likelihood:
        return normal_draw(fitted.solution, correlations)
    return ordinal_draw(fitted.solution, fitted.model, correlations)


def _simulate(
    drawn: Sequence[Draw], replications: int, seed: int, on_progress: OnProgress | None
) -> Floats:
    """Draw from every population, shape (populations, replications, 3)."""
    found = np.empty((len(drawn), replications, len(INDICES)))
    streams = np.random.SeedSequence(seed).spawn(len(drawn))
    for place, (draw, stream) in enumerate(zip(drawn, streams, strict=True)):
        rng = np.random.default_rng(stream)
        for one in range(replications):
            found[place, one] = draw(rng)
            if on_progress:
                on_progress(place * replications + one + 1, found[:, :, 0].size)
    return found


def _cutoff(level: int, right: Floats, wrong: Floats) -> FitCutoff:
    """Find the limit of each index, by the first pair of rates that has one."""
    values: list[float | None] = []
    rates: list[float | None] = []
    for place, worse in enumerate(WORSE):
        good, bad = (x[:, place][~np.isnan(x[:, place])] * worse for x in (right, wrong))
        value = rate = None
        for rate in RATES:
            limit = float(np.quantile(bad, 1 - rate))
            if np.quantile(good, rate) < limit:
                value = limit * worse
                break
        values.append(value)
        rates.append(None if value is None else rate)
    return FitCutoff(
        level=level,
        srmr=values[0],
        srmr_rate=rates[0],
        rmsea=values[1],
        rmsea_rate=rates[1],
        cfi=values[2],
        cfi_rate=rates[2],
    )


def _omitted(one: Omission, fitted: FittedFactors) -> OmittedParameter:
    table = fitted.solution.table
    item = table.observed[one.item]
    if one.factor is not None:
        names, operator = (table.latent[one.factor], item), "=~"
    else:
        names, operator = (item, table.observed[one.other or 0]), "~~"
    return OmittedParameter(
        level=one.level, lhs=names[0], op=operator, rhs=names[1], estimate=one.value
    )


def _observed(result: ConfirmatoryResult, cutoffs: Sequence[FitCutoff]) -> ObservedFit:
    """Take the indices that estimate what was simulated: robust for numbers, else scaled."""
    fit = result.fit[0]
    endings = ("_robust", "") if fit.log_likelihood is not None else ("_scaled", "")
    ending = next(end for end in endings if getattr(fit, f"cfi{end}") is not None)
    own = {name: getattr(fit, name if name == "srmr" else name + ending) for name in INDICES}
    levels = {
        name: next((row.level for row in cutoffs if _meets(own[name], row, name)), None)
        for name in INDICES
    }
    return ObservedFit(
        srmr=own["srmr"],
        srmr_level=levels["srmr"],
        rmsea=own["rmsea"],
        rmsea_level=levels["rmsea"],
        cfi=own["cfi"],
        cfi_level=levels["cfi"],
    )


def _meets(value: float, row: FitCutoff, name: str) -> bool:
    limit = getattr(row, name)
    if limit is None:
        return False
    return bool(value > limit) if name == "cfi" else bool(value < limit)


def _notices(failed: int, total: int) -> Iterator[Notice]:
    if failed > MOST_FAILED * total:
        yield Notice.of("cutoffs_failed", n=failed, total=total)
