"""How sure an alignment is, and which groups share a loading or an intercept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from scipy.sparse.csgraph import connected_components
from scipy.special import ndtr

from campaign_effect.stats.moments.arrays import Booleans, Floats
from campaign_effect.stats.sem.alignment import (
    Alignment,
    GroupMeasures,
    Loss,
    parameter_slopes,
)

CONNECTED: Final = 0.01
"""Two groups whose difference has a larger *p* may share a parameter, to begin with."""

INVARIANT: Final = 0.001
"""A group whose difference from the average has at least this *p* shares the parameter."""

MOST_ROUNDS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignmentErrors:
    """Covariances of what an alignment found.

    Attributes
    ----------
    means, logs : ndarray of float, shape (G, G)
        Of the factor's means and log SDs.
    parameters : ndarray of float, shape (k + q, G, G)
        Of each aligned parameter in the groups.
    """

    means: Floats = field(compare=False)
    logs: Floats = field(compare=False)
    parameters: Floats = field(compare=False)


def alignment_errors(
    measures: GroupMeasures, found: Alignment, covariances: Sequence[Floats]
) -> AlignmentErrors:
    """Carry the errors of each group's own model to means, SDs and aligned parameters.

    Parameters
    ----------
    measures : GroupMeasures
    found : Alignment
        Of these measures.
    covariances : sequence of ndarray of float, shape (k + q, k + q)
        Of each group's loadings and intercepts.

    Returns
    -------
    AlignmentErrors

    Notes
    -----
    The delta method: at the minimum the gradient is zero whatever the measures m, so that
    means and SDs move by ``-H^-1 d gradient / d m`` [1]_.

    References
    ----------
    .. [1] Asparouhov, T., & Muthén, B. (2014). Multiple-group factor analysis alignment.
       Structural Equation Modeling, 21, 495-508. https://doi.org/10.1080/10705511.2014.919210

    Examples
    --------
    >>> from campaign_effect.stats.sem.alignment import align_measures
    >>> given = GroupMeasures(loadings=np.full((2, 3), 0.7), intercepts=np.zeros((2, 3)),
    ...     item=np.arange(3), sizes=np.array([100.0, 100.0]))
    >>> errors = alignment_errors(given, align_measures(given), [0.01 * np.eye(6)] * 2)
    >>> np.sqrt(np.diag(errors.means)).round(2)
    array([0.  , 0.12])
    """
    moved = _response(measures, found)
    own = _own_slopes(measures, found)
    spread = np.stack(covariances)
    factor = np.einsum("ughl,hlm,uihm->ugi", moved, spread, moved, optimize=True)
    slopes = parameter_slopes(measures, found.means, found.aligned)
    places = np.arange(measures.n_groups)
    parameters = []
    for j in range(found.aligned.shape[1]):
        way = np.einsum("gu,ughl->ghl", slopes[:, j], moved)
        way[places, places] += own[:, j]
        parameters.append(np.einsum("ghl,hlm,ihm->gi", way, spread, way, optimize=True))
    return AlignmentErrors(means=factor[0], logs=factor[1], parameters=np.array(parameters))


def _own_slopes(measures: GroupMeasures, found: Alignment) -> Floats:
    """Return the derivative of aligned parameters by their group's measures, means fixed.

    Shape (G, k + q, k + q).
    """
    k, item = measures.loadings.shape[1], measures.item
    slopes = np.zeros((measures.n_groups, *[k + len(item)] * 2))
    slopes[:, np.arange(k), np.arange(k)] = 1 / found.sds[:, None]
    intercepts = k + np.arange(len(item))
    slopes[:, intercepts, intercepts] = 1.0
    slopes[:, intercepts, item] = -(found.means / found.sds)[:, None]
    return slopes


def _response(measures: GroupMeasures, found: Alignment) -> Floats:
    """Return the derivative of means and log SDs by the measures of every group.

    Shape (2, G, G, k + q): what moves, in which group, by what of which group.
    """
    loss = Loss(measures=measures, basis=np.eye(2 * measures.n_groups))
    pulls, second = loss.parts(found.aligned, exact=True)
    slopes = parameter_slopes(measures, found.means, found.aligned)
    own = _own_slopes(measures, found)
    mixed = np.einsum("gju,jgh,hjl->ughl", slopes, second, own, optimize=True)
    k, item = measures.loadings.shape[1], measures.item
    by_item = np.stack([pulls[:, k:][:, item == i].sum(axis=1) for i in range(k)], axis=1)
    places = np.arange(measures.n_groups)
    mixed[0, places, places, :k] -= by_item / found.sds[:, None]
    means = found.means[:, None]
    mixed[1, places, places, :k] += (means * by_item - pulls[:, :k]) / found.sds[:, None]
    x = np.concatenate([found.means, np.log(found.sds)])
    curvature = 2 * loss.slope(x, exact=True)[1]
    basis, flat = found.basis, mixed.reshape(2 * measures.n_groups, -1)
    moved = -basis @ np.linalg.solve(basis.T @ curvature @ basis, basis.T @ flat)
    return np.asarray(moved.reshape(mixed.shape))


@dataclass(frozen=True, slots=True, kw_only=True)
class InvariantSet:
    """Which groups share one aligned parameter.

    Attributes
    ----------
    is_invariant : ndarray of bool, shape (G,)
    average : float
        Of the groups that share it, weighted by their sizes.
    p_values : ndarray of float, shape (G,)
        Of each group's difference from the average.
    """

    is_invariant: Booleans = field(compare=False)
    average: float
    p_values: Floats = field(compare=False)


def find_invariant_set(values: Floats, covariance: Floats, sizes: Floats) -> InvariantSet:
    """Find the largest set of groups that do not differ in a parameter from their average.

    Parameters
    ----------
    values : ndarray of float, shape (G,)
        The aligned parameter in each group.
    covariance : ndarray of float, shape (G, G)
    sizes : ndarray of float, shape (G,)
        Respondents.

    Returns
    -------
    InvariantSet

    Notes
    -----
    As in [1]_: groups whose pairwise test gives *p* > .01 are connected, and the largest
    connected set is the start. Then each group is tested against the set's average: groups
    with *p* >= .001 form the next set, until it is stable. The small levels answer for the
    many tests.

    References
    ----------
    .. [1] Asparouhov, T., & Muthén, B. (2014). Multiple-group factor analysis alignment.
       Structural Equation Modeling, 21, 495-508. https://doi.org/10.1080/10705511.2014.919210

    Examples
    --------
    >>> values = np.array([0.70, 0.72, 0.69, 0.20])
    >>> find_invariant_set(values, 0.003 * np.eye(4), np.full(4, 100.0)).is_invariant
    array([ True,  True,  True, False])
    """
    variances = np.diag(covariance)
    away = np.abs(values[:, None] - values)
    errors = np.sqrt(np.maximum(variances[:, None] + variances - 2 * covariance, 0.0))
    connected = _two_sided(away, errors) > CONNECTED
    labels = connected_components(connected, directed=False)[1]
    members = labels == np.bincount(labels).argmax()
    seen: list[Booleans] = []
    for _ in range(MOST_ROUNDS):
        weights = members * sizes / (members * sizes).sum()
        average = float(weights @ values)
        contrast = np.eye(len(values)) - weights
        errors = np.sqrt(np.maximum(np.diag(contrast @ covariance @ contrast.T), 0.0))
        p_values = _two_sided(np.abs(values - average), errors)
        seen.append(members)
        kept = p_values >= INVARIANT
        if not kept.any() or any((kept == old).all() for old in seen):
            break
        members = kept
    return InvariantSet(is_invariant=members, average=average, p_values=p_values)


def explained_by_factor(measures: GroupMeasures, found: Alignment) -> Floats:
    """Return each parameter's R2 of invariance, shape (k + q,).

    Parameters
    ----------
    measures : GroupMeasures
    found : Alignment

    Returns
    -------
    ndarray of float
        In [0, 1]: the share of the variance between groups of a parameter of the groups' own
        models that follows from the factor's means and SDs [1]_. 1 where the parameter does
        not vary otherwise.

    References
    ----------
    .. [1] Asparouhov, T., & Muthén, B. (2014). Multiple-group factor analysis alignment.
       Structural Equation Modeling, 21, 495-508. https://doi.org/10.1080/10705511.2014.919210
    """
    k = measures.loadings.shape[1]
    average = found.aligned.mean(axis=0)
    loadings = found.sds[:, None] * average[:k]
    intercepts = average[k:] + found.means[:, None] * average[:k][measures.item]
    given = measures.stacked
    left = (given - np.hstack([loadings, intercepts])).var(axis=0)
    total = given.var(axis=0)
    share = 1 - np.divide(left, total, out=np.zeros_like(left), where=total > 0)
    return np.asarray(np.clip(share, 0.0, 1.0))


def _two_sided(away: Floats, errors: Floats) -> Floats:
    """Test differences by *z*; one without an error has *p* 1."""
    z = np.divide(away, errors, out=np.zeros_like(away), where=errors > 1e-12)
    return np.asarray(2 * ndtr(-z))
