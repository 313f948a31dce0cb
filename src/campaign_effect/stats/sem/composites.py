"""Reliability of composites and average variance extracted, from a fitted model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from campaign_effect.stats.moments.arrays import Floats, Integers
from campaign_effect.stats.moments.bivariate_normal import bivariate_normal_cdf
from campaign_effect.stats.sem.implied import Implied
from campaign_effect.stats.sem.sample import GroupSample
from campaign_effect.stats.sem.solution import Solution


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """A factor's indicators as a scale.

    Attributes
    ----------
    factor : str
        The factor.
    group : int
        Group, from 0.
    items : tuple of str
        Its observed indicators.
    omega : float
        Share of the sum score's variance that the factor explains, total variance as observed.
    omega_model : float
        The same with the total variance that the model implies.
    ave : float
        Average variance extracted: explained over total variance of the items.
    ave_standardised : float
        Mean squared standardised loading.
    """

    factor: str
    group: int
    items: tuple[str, ...]
    omega: float
    omega_model: float
    ave: float
    ave_standardised: float


def composites(solution: Solution) -> tuple[Composite, ...]:
    """Return reliability and average variance extracted of each factor's observed indicators.

    Parameters
    ----------
    solution : Solution
        A fitted model.

    Returns
    -------
    tuple of Composite
        Factors without observed indicators are left out.

    Notes
    -----
    Continuous: ``omega = sum(l)^2 v / 1'S1`` for loadings l, factor variance v and observed (or
    implied) covariances S of the items [1]_. Ordinal: the same ratio for sums of categories
    scored 1, 2, ..., whose covariances follow from thresholds and correlations [2]_. Negative
    loadings count as they are: turn reverse-keyed items first.

    References
    ----------
    .. [1] McDonald, R. P. (1999). Test theory: A unified treatment. Erlbaum.
    .. [2] Green, S. B., & Yang, Y. (2009). Reliability of summed item scores using structural
       equation modeling: An alternative to coefficient alpha. Psychometrika, 74, 155-167.
       https://doi.org/10.1007/s11336-008-9099-3
    .. [3] Fornell, C., & Larcker, D. F. (1981). Evaluating structural equation models with
       unobservable variables and measurement error. Journal of Marketing Research, 18, 39-50.
       https://doi.org/10.1177/002224378101800104

    Examples
    --------
    >>> from campaign_effect.stats.sem.fit import fit
    >>> from campaign_effect.stats.sem.rules import build_table
    >>> from campaign_effect.stats.sem.sample import sample_of_moments
    >>> from campaign_effect.stats.sem.syntax import parse_model
    >>> from campaign_effect.stats.sem.table import Specification
    >>> cov = np.array([[2, 1, 1], [1, 2, 1], [1, 1, 2.0]])
    >>> table = build_table(parse_model("f =~ a + b + c"), "abc", Specification())
    >>> (found,) = composites(fit(table, sample_of_moments([cov], None, [101])))
    >>> round(found.omega, 2), round(found.ave, 2)
    (0.75, 0.5)
    """
    found = []
    groups = zip(solution.sample.groups, solution.implied, strict=True)
    for group, (sample, implied) in enumerate(groups):
        names = implied.structure.variables
        p = implied.structure.p
        for at in range(p, len(names)):
            items = np.flatnonzero(implied.paths[:p, at]).astype(np.int64)
            if len(items):
                found.append(_composite(sample, implied, group, (at, items)))
    return tuple(found)


def _composite(
    sample: GroupSample, implied: Implied, group: int, place: tuple[int, Integers]
) -> Composite:
    at, items = place
    names = implied.structure.variables
    loadings = implied.paths[items, at] * implied.scales[items]
    explained = np.outer(loadings, loadings) * implied.all_cov[at, at]
    own = np.ix_(items, items)
    observed, model = sample.cov[own], implied.cov[own]
    shares = np.diag(explained) / np.diag(model)
    omega, omega_model = explained.sum() / observed.sum(), explained.sum() / model.sum()
    is_ordinal = bool(implied.structure.is_ordinal[items].all())
    if is_ordinal and (np.abs(explained) >= 1).any():  # a Heywood case
        omega = omega_model = np.nan
    elif is_ordinal:
        bounds = _bounds(implied, items)
        total = _category_covariances(bounds, explained).sum()
        omega = total / _with_variances(bounds, observed).sum()
        omega_model = total / _with_variances(bounds, model).sum()
    return Composite(
        factor=names[at],
        group=group,
        items=tuple(names[item] for item in items),
        omega=float(omega),
        omega_model=float(omega_model),
        ave=float(np.trace(explained) / np.trace(observed)),
        ave_standardised=float(shares.mean()),
    )


def _bounds(implied: Implied, items: Integers) -> list[Floats]:
    """Return each item's thresholds in units of its latent response."""
    at = implied.structure.threshold_variable
    return [implied.thresholds[at == item] for item in items]


def _category_covariances(bounds: list[Floats], correlations: Floats) -> Floats:
    """Return covariances of categories scored 1, 2, ... whose responses correlate so.

    Hoeffding: the sum over pairs of thresholds of ``F2(t, u) - F(t) F(u)``. NaN where a
    correlation is beyond 1, which a Heywood case implies and no population has.
    """
    k = len(bounds)
    if np.abs(correlations).max() > 1:
        return np.full((k, k), np.nan)
    found = np.zeros((k, k))
    for i in range(k):
        for j in range(i, k):
            first, second = bounds[i], bounds[j]
            both = bivariate_normal_cdf(
                first[None], second[None], np.array([correlations[i, j]])
            )[0]
            excess = both - np.outer(ndtr(first), ndtr(second))
            found[i, j] = found[j, i] = float(excess.sum())
    return found


def _with_variances(bounds: list[Floats], correlations: Floats) -> Floats:
    """Return the categories' covariances, their own variances on the diagonal."""
    inside = correlations.copy()
    np.fill_diagonal(inside, 0.0)
    found = _category_covariances(bounds, inside)
    for i, own in enumerate(bounds):
        below = ndtr(np.minimum(own[:, None], own))
        found[i, i] = float((below - np.outer(ndtr(own), ndtr(own))).sum())
    return found
