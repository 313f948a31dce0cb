"""How many factors: parallel analysis, minimum average partial, scree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from campaign_effect.stats.items.checks import check_covariance, check_scores
from campaign_effect.stats.items.factors import extract_factors
from campaign_effect.stats.moments.arrays import Booleans, Floats, frozen
from campaign_effect.stats.moments.polychorics import estimate_polychorics
from campaign_effect.stats.moments.smoothing import smooth_correlations
from campaign_effect.stats.moments.tables import count_tables, encode

Draw = Literal["normal", "permuted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelAnalysis:
    """Eigenvalues of the answers beside those of answers without common factors.

    Attributes
    ----------
    component_eigenvalues, factor_eigenvalues : ndarray, shape (k,)
        Observed: of the correlations, and of the correlations with the communalities of one
        minres factor on the diagonal.
    component_means, factor_means : ndarray, shape (k,)
        Over the draws.
    component_quantiles, factor_quantiles : ndarray, shape (k,)
        Over the draws.
    n_components, n_factors : int
        Leading eigenvalues above the quantile.
    n_draws : int
        Draws.
    """

    component_eigenvalues: Floats = field(compare=False)
    factor_eigenvalues: Floats = field(compare=False)
    component_means: Floats = field(compare=False)
    factor_means: Floats = field(compare=False)
    component_quantiles: Floats = field(compare=False)
    factor_quantiles: Floats = field(compare=False)
    n_components: int
    n_factors: int
    n_draws: int


def parallel_analysis(
    scores: ArrayLike,
    *,
    n_draws: int = 100,
    quantile: float = 0.95,
    draw: Draw = "permuted",
    polychoric: bool = False,
    seed: int = 0,
) -> ParallelAnalysis:
    """Compare eigenvalues with those of items that have nothing in common.

    Parameters
    ----------
    scores : array_like of float, shape (n, k)
        Complete answers.
    n_draws : int, default 100
        Draws of unrelated items.
    quantile : float, default .95
        Of the draws, that an eigenvalue must exceed.
    draw : {"permuted", "normal"}, default "permuted"
        Shuffle the answers to each item [2]_, or draw from a normal distribution [1]_.
    polychoric : bool, default False
        Use polychoric correlations (for shuffled answers; smoothed where needed).
    seed : int, default 0
        For the draws.

    Returns
    -------
    ParallelAnalysis

    Raises
    ------
    TooFewItemsError, TooFewRowsError, NoVariationError
        As for alpha, with at least 3 items.
    ValueError
        If polychoric correlations of normal draws are asked for.

    References
    ----------
    .. [1] Horn, J. L. (1965). A rationale and test for the number of factors in factor
       analysis. Psychometrika, 30, 179-185. https://doi.org/10.1007/BF02289447
    .. [2] Buja, A., & Eyuboglu, N. (1992). Remarks on parallel analysis. Multivariate
       Behavioral Research, 27, 509-540. https://doi.org/10.1207/s15327906mbr2704_2

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> answers = rng.normal(size=(200, 1)) + rng.normal(size=(200, 5))
    >>> parallel_analysis(answers, n_draws=20).n_factors
    1
    """
    X = check_scores(scores, min_items=3)
    if polychoric and draw == "normal":
        raise ValueError("Normal draws have no categories: shuffle the answers instead.")
    correlate = _polychoric if polychoric else _pearson
    rng = np.random.default_rng(seed)
    observed = _eigenvalues(correlate(X))
    draws = np.array(
        [_eigenvalues(correlate(_unrelated(X, draw, rng))) for _ in range(n_draws)]
    )
    means = draws.mean(axis=0)
    quantiles = np.quantile(draws, quantile, axis=0)
    return ParallelAnalysis(
        component_eigenvalues=frozen(observed[0]),
        factor_eigenvalues=frozen(observed[1]),
        component_means=frozen(means[0]),
        factor_means=frozen(means[1]),
        component_quantiles=frozen(quantiles[0]),
        factor_quantiles=frozen(quantiles[1]),
        n_components=_leading(observed[0] > quantiles[0]),
        n_factors=_leading(observed[1] > quantiles[1]),
        n_draws=n_draws,
    )


def minimum_average_partial(correlations: ArrayLike) -> tuple[int, Floats]:
    """Find how many components leave the smallest partial correlations.

    Parameters
    ----------
    correlations : array_like of float, shape (k, k)
        k >= 3.

    Returns
    -------
    n_factors : int
        Where the average is smallest.
    averages : ndarray of float, shape (k - 1,)
        Average squared partial correlation after 0, 1, ..., k - 2 components.

    References
    ----------
    .. [1] Velicer, W. F. (1976). Determining the number of components from the matrix of
       partial correlations. Psychometrika, 41, 321-327. https://doi.org/10.1007/BF02293557

    Examples
    --------
    >>> R = np.kron(np.eye(2), np.full((3, 3), 0.6)) + 0.4 * np.eye(6)
    >>> minimum_average_partial(R)[0]
    2
    """
    R = check_covariance(correlations, min_items=3)
    k = len(R)
    values, vectors = np.linalg.eigh(R)
    loadings = (vectors * np.sqrt(np.maximum(values, 0)))[:, ::-1]
    averages = np.empty(k - 1)
    for m in range(k - 1):
        left = R - loadings[:, :m] @ loadings[:, :m].T
        deviations = np.sqrt(np.diagonal(left))
        partial = left / np.outer(deviations, deviations)
        averages[m] = ((partial**2).sum() - k) / (k * (k - 1))
    return int(averages.argmin()), averages


def acceleration_factor(eigenvalues: ArrayLike) -> tuple[int, Floats]:
    """Find the elbow of a scree plot: where the slope changes most.

    Parameters
    ----------
    eigenvalues : array_like of float, shape (k,)
        Falling, k >= 3.

    Returns
    -------
    n_factors : int
        Factors before the elbow.
    accelerations : ndarray of float, shape (k - 2,)
        Second differences at the second, third, ... eigenvalue.

    References
    ----------
    .. [1] Raîche, G., Walls, T. A., Magis, D., Riopel, M., & Blais, J.-G. (2013). Non-graphical
       solutions for Cattell's scree test. Methodology, 9, 23-29.
       https://doi.org/10.1027/1614-2241/a000051

    Examples
    --------
    >>> acceleration_factor([3.0, 2.0, 0.5, 0.25])
    (2, array([-0.5 ,  1.25]))
    """
    accelerations = np.diff(np.asarray(eigenvalues, dtype=np.float64), n=2)
    return int(accelerations.argmax()) + 1, accelerations


def _eigenvalues(R: Floats) -> tuple[Floats, Floats]:
    """Of the correlations, and with one factor's communalities on the diagonal."""
    found = extract_factors(R, 1)
    return found.eigenvalues.copy(), found.reduced_eigenvalues.copy()


def _unrelated(X: Floats, draw: Draw, rng: np.random.Generator) -> Floats:
    """Answers of as many people to items without anything in common."""
    if draw == "normal":
        return rng.normal(size=X.shape)
    return rng.permuted(X, axis=0)


def _pearson(X: Floats) -> Floats:
    return np.asarray(np.corrcoef(X, rowvar=False), dtype=np.float64)


def _polychoric(X: Floats) -> Floats:
    tables = count_tables(encode(X).codes)
    return smooth_correlations(estimate_polychorics(tables).correlations).correlations


def _leading(is_above: Booleans) -> int:
    """How many stand in front of the first that is not."""
    return int(np.cumprod(is_above).sum())
