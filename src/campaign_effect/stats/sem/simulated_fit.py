"""Fit indices of a model in samples drawn from a population."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import chain, islice
from typing import Final

import numpy as np

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.moments.arrays import Floats, Integers
from campaign_effect.stats.moments.tables import Codes
from campaign_effect.stats.sem.estimators import find_estimator
from campaign_effect.stats.sem.fit import build_problem, fit
from campaign_effect.stats.sem.fit_indices import fit_indices
from campaign_effect.stats.sem.optimise import minimise
from campaign_effect.stats.sem.ordinal import sample_of_codes
from campaign_effect.stats.sem.rules import build_table
from campaign_effect.stats.sem.sample import sample_of_moments
from campaign_effect.stats.sem.solution import Solution
from campaign_effect.stats.sem.srmr import group_srmr
from campaign_effect.stats.sem.start import start_values
from campaign_effect.stats.sem.syntax import Model
from campaign_effect.stats.sem.threads import single_threaded

INDICES: Final = ("srmr", "rmsea", "cfi")
NOT_CONVERGED: Final = (math.nan,) * 3

Draw = Callable[[np.random.Generator], tuple[float, float, float]]
"""Draws a sample, and gives its SRMR, RMSEA and CFI; NaN where the model has no solution."""


def normal_draw(solution: Solution, correlations: Floats) -> Draw:
    """Draw samples of normal answers, as many as the model was fitted to, by ML.

    Parameters
    ----------
    solution : Solution
        The model, of one group.
    correlations : ndarray of float, shape (p, p)
        Of the population.

    Returns
    -------
    Draw

    Notes
    -----
    The sample covariances are drawn themselves, by Bartlett's decomposition of the Wishart
    distribution [1]_.

    References
    ----------
    .. [1] Smith, W. B., & Hocking, R. R. (1972). Algorithm AS 53: Wishart variate generator.
       Applied Statistics, 21, 341-345. https://doi.org/10.2307/2346290
    """
    n, estimator = solution.sample.n, find_estimator("ML")
    scale = np.sqrt(np.diag(solution.implied[0].cov))
    root = np.linalg.cholesky(correlations * np.outer(scale, scale))
    p, mean = len(root), solution.sample.groups[0].mean
    places = np.tril_indices(p, -1)
    baseline_df = p * (p - 1) / 2

    @single_threaded
    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        triangle = np.diag(np.sqrt(rng.chisquare(n - 1 - np.arange(p))))
        triangle[places] = rng.normal(size=len(places[0]))
        product = root @ triangle
        cov = product @ product.T / (n - 1)
        sample = sample_of_moments([cov], [mean], [n])
        problem = build_problem(solution.table, sample, estimator)
        guesses = islice(start_values(solution.table, sample), 1)
        optimum = minimise(problem, chain([solution.optimum.x], guesses))
        if not optimum.is_converged:
            return NOT_CONVERGED
        deviations = np.sqrt(np.diag(cov))
        baseline = -n * np.linalg.slogdet(cov / np.outer(deviations, deviations))[1]
        excess = n * optimum.value - solution.df
        most = max(excess, baseline - baseline_df, 0.0)
        cfi = 1.0 if most == 0 else 1 - max(excess, 0.0) / most
        rmsea = math.sqrt(max(excess, 0.0) / (n * solution.df))
        srmr = group_srmr(sample.groups[0], problem.implied(optimum.x)[0], True)
        return srmr, rmsea, float(cfi)

    return draw


def ordinal_draw(solution: Solution, model: Model, correlations: Floats) -> Draw:
    """Draw samples of ordered answers at the thresholds of the model's own sample.

    Parameters
    ----------
    solution : Solution
        The model, of one group, with ordinal variables only.
    model : Model
        Its text, for samples in which a category was not chosen.
    correlations : ndarray of float, shape (p, p)
        Of the latent responses in the population.

    Returns
    -------
    Draw
        With the indices scaled where the estimator scales them.
    """
    group, table = solution.sample.groups[0], solution.table
    sizes = [dict(table.specification.ordered)[name] for name in table.observed]
    cuts = np.split(group.thresholds, np.cumsum([size - 1 for size in sizes])[:-1])
    root = np.linalg.cholesky(correlations)

    def draw(rng: np.random.Generator) -> tuple[float, float, float]:
        responses = rng.normal(size=(solution.sample.n, len(root))) @ root.T
        codes, found = _categorised(responses, cuts)
        own = table
        if found.tolist() != sizes:
            ordered = tuple(zip(table.observed, found.tolist(), strict=True))
            specification = replace(table.specification, ordered=ordered)
            own = build_table(model, table.observed, specification)
        try:
            sample = sample_of_codes([codes], n_categories=found)
            refitted = fit(own, sample, solution.estimator.name)
            if not refitted.optimum.is_converged:
                return NOT_CONVERGED
            indices = fit_indices(refitted)
        except (StatisticsError, np.linalg.LinAlgError):
            return NOT_CONVERGED
        shown = indices.scaled or indices.standard
        return indices.srmr, shown.rmsea.value, shown.cfi

    return draw


def _categorised(responses: Floats, cuts: list[Floats]) -> tuple[Codes, Integers]:
    """Cut responses into categories; one that nobody chose is none."""
    codes = np.empty(responses.shape, dtype=np.int8, order="F")
    sizes = np.empty(responses.shape[1], dtype=np.int64)
    for item, own in enumerate(cuts):
        categories, place = np.unique(
            np.searchsorted(own, responses[:, item]), return_inverse=True
        )
        codes[:, item], sizes[item] = place, len(categories)
    return codes, sizes
