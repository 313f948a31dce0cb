"""Moments that a model implies, and how they change with its free elements.

Every derivative of the implied covariances is a symmetric product of two vectors,
``u v' + v u'``: of columns of the total effects ``G`` and of the covariances ``C`` of the
observed variables with all variables. The Jacobian is therefore one expression.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from campaign_effect.errors import FormulaError
from campaign_effect.stats.moments.arrays import Floats, Integers
from campaign_effect.stats.sem.places import Places, Structure


@dataclass(frozen=True, slots=True, kw_only=True)
class Implied:
    """A group's implied moments and what their derivatives are made of.

    Attributes
    ----------
    structure : Structure
        The group's matrices.
    cov : ndarray of float, shape (p, p)
        Covariances of the observed variables, ordinal ones on their latent-response scale after
        scaling; all moments are conditional on predictors that the model is given.
    mean : ndarray of float, shape (p,)
        Means, before scaling.
    thresholds : ndarray of float, shape (n_thresholds,)
        Scaled thresholds, ``scale * (threshold - mean)``.
    effects : ndarray of float, shape (t, t)
        Total effects ``T = (I - paths)^-1``.
    all_cov : ndarray of float, shape (t, t)
        Covariances of all variables, before scaling.
    all_mean : ndarray of float, shape (t,)
        Means of all variables.
    residual_cov : ndarray of float, shape (t, t)
        Residual covariances, with those solved for.
    paths : ndarray of float, shape (t, t)
        Direct effects.
    intercepts : ndarray of float, shape (t,)
        Intercepts.
    raw_thresholds : ndarray of float, shape (n_thresholds,)
        Thresholds before scaling.
    scales : ndarray of float, shape (p,)
        Scales of the observed variables.
    """

    structure: Structure
    cov: Floats = field(compare=False)
    mean: Floats = field(compare=False)
    thresholds: Floats = field(compare=False)
    effects: Floats = field(compare=False)
    all_cov: Floats = field(compare=False)
    all_mean: Floats = field(compare=False)
    residual_cov: Floats = field(compare=False)
    paths: Floats = field(compare=False)
    intercepts: Floats = field(compare=False)
    raw_thresholds: Floats = field(compare=False)
    scales: Floats = field(compare=False)

    @property
    def total_cov(self) -> Floats:
        """``all_cov`` with what given predictors add to it."""
        effects = self.effects[:, self.structure.given]
        return self.all_cov + effects @ self.structure.given_cov @ effects.T

    @property
    def total_residual_cov(self) -> Floats:
        """``residual_cov`` with the covariances of given predictors."""
        total, given = self.residual_cov.copy(), self.structure.given
        total[np.ix_(given, given)] += self.structure.given_cov
        return total


def imply(structure: Structure, slots: Floats) -> Implied:
    """Return the moments that a group's matrices imply.

    Parameters
    ----------
    structure : Structure
        The group's matrices.
    slots : ndarray of float, shape (n_slots,)
        Values of the free elements.

    Returns
    -------
    Implied

    Raises
    ------
    FormulaError
        If the paths form a cycle whose effects do not add up (``I - paths`` is singular).

    Notes
    -----
    ``cov = D F T S T' F' D`` and ``mean = F T m`` [1]_: F picks the observed variables, T are
    total effects, S residual covariances, m intercepts, D scales. With delta parameterisation
    the residual variances of ordinal variables are solved for so that their totals are
    ``1 / scale**2``; with theta the scales are ``1 / sqrt(total)``.

    References
    ----------
    .. [1] McArdle, J. J., & McDonald, R. P. (1984). Some algebraic properties of the reticular
       action model for moment structures. British Journal of Mathematical and Statistical
       Psychology, 37, 234-251. https://doi.org/10.1111/j.2044-8317.1984.tb00802.x

    Examples
    --------
    >>> from campaign_effect.stats.sem.places import find_places
    >>> from campaign_effect.stats.sem.rules import build_table
    >>> from campaign_effect.stats.sem.syntax import parse_model
    >>> from campaign_effect.stats.sem.table import Specification
    >>> table = build_table(parse_model("f =~ x + y"), "xy", Specification())
    >>> imply(find_places(table, 0), np.array([2.0, 1, 1, 3])).cov.tolist()
    [[4.0, 6.0], [6.0, 13.0]]
    """
    p = structure.p
    paths = _placed(structure.paths, structure.free_paths, slots)
    residual = _placed(structure.covariances, structure.free_covariances, slots)
    residual = residual + residual.T - np.diag(np.diag(residual))
    intercepts = _placed(structure.means, structure.free_means, slots)
    thresholds = _placed(structure.thresholds, structure.free_thresholds, slots)
    scales = _placed(structure.scales, structure.free_scales, slots)
    effects = _total_effects(paths)
    if len(structure.solved):
        residual = _solve_residuals(structure, effects, residual, scales)
    all_cov = effects @ residual @ effects.T
    all_mean = effects @ intercepts
    if structure.theta:
        ordinal = np.flatnonzero(structure.is_ordinal)
        scales[ordinal] = 1 / np.sqrt(np.diag(all_cov)[ordinal])
    mean = all_mean[:p]
    at = structure.threshold_variable
    return Implied(
        structure=structure,
        cov=scales[:, None] * all_cov[:p, :p] * scales,
        mean=mean,
        thresholds=scales[at] * (thresholds - mean[at]),
        effects=effects,
        all_cov=all_cov,
        all_mean=all_mean,
        residual_cov=residual,
        paths=paths,
        intercepts=intercepts,
        raw_thresholds=thresholds,
        scales=scales,
    )


def _placed(fixed: Floats, places: Places, slots: Floats) -> Floats:
    matrix = fixed.copy()
    if matrix.ndim == 1:
        matrix[places.row] = slots[places.slot]
    else:
        matrix[places.row, places.column] = slots[places.slot]
    return matrix


def _total_effects(paths: Floats) -> Floats:
    identity = np.eye(len(paths))
    try:
        return np.asarray(np.linalg.solve(identity - paths, identity))
    except np.linalg.LinAlgError as error:
        raise FormulaError(
            "The paths form a cycle whose effects do not add up.",
            hint="leave one regression of the cycle out.",
        ) from error


def _solve_residuals(
    structure: Structure, effects: Floats, residual: Floats, scales: Floats
) -> Floats:
    """Set the ordinal residual variances so that the totals are ``1 / scale**2``."""
    solved = structure.solved
    partial = effects[solved] @ residual
    others = np.einsum("ij,ij->i", partial, effects[solved])
    wanted = 1 / scales[solved] ** 2 - others
    completed = residual.copy()
    own = np.linalg.solve(effects[np.ix_(solved, solved)] ** 2, wanted)
    completed[solved, solved] = own
    return completed


def moment_vector(implied: Implied) -> Floats:
    """Return the implied moments as one vector: locations, slopes, then covariances.

    Parameters
    ----------
    implied : Implied
        A group's implied moments.

    Returns
    -------
    ndarray of float, shape (n_moments,)
    """
    order = implied.structure.locations
    locations = np.concatenate([implied.thresholds, implied.mean[::-1]])[order]
    rows, columns = implied.structure.pairs
    return np.concatenate([locations, _slope_moments(implied), implied.cov[rows, columns]])


def _slope_moments(implied: Implied) -> Floats:
    rows, columns = implied.structure.slopes
    return np.asarray(implied.scales[rows] * implied.effects[rows, columns])


def jacobian(implied: Implied) -> Floats:
    """Return the derivative of the moment vector by every free element.

    Parameters
    ----------
    implied : Implied
        A group's implied moments.

    Returns
    -------
    ndarray of float, shape (n_moments, n_slots)

    Notes
    -----
    With G = F T and C the covariances of observed with all variables, a path from j to i moves
    the covariances by ``G_i C_j' + C_j G_i'``, a residual covariance by ``G_i G_j' + G_j G_i'``
    (half of it where i = j).
    """
    rows, columns = implied.structure.pairs
    log_scales = np.zeros((implied.structure.n_slots, implied.structure.p))
    if implied.structure.is_ordinal.any():
        log_scales = _log_scale_slopes(implied)
    left, right = factor_pairs(implied)
    cov = left[:, rows] * right[:, columns] + right[:, rows] * left[:, columns]
    if len(implied.structure.solved):
        cov += _through_solved(implied, (left, right), log_scales, (rows, columns))
    scales = implied.scales
    cov *= scales[rows] * scales[columns]
    cov += implied.cov[rows, columns] * (log_scales[:, rows] + log_scales[:, columns])
    return np.vstack(
        [_location_jacobian(implied, log_scales), _slope_jacobian(implied, log_scales), cov.T]
    )


def factor_pairs(implied: Implied) -> tuple[Floats, Floats]:
    """Return u and v of each slot, whose ``u v' + v u'`` is the derivative of the covariances.

    Parameters
    ----------
    implied : Implied
        A group's implied moments.

    Returns
    -------
    u, v : ndarray of float, shape (n_slots, p)
        For the observed variables before scaling; zero for slots that do not move them.
    """
    left, right = all_factor_pairs(implied)
    return left[:, : implied.structure.p], right[:, : implied.structure.p]


def all_factor_pairs(implied: Implied) -> tuple[Floats, Floats]:
    """Return u and v of each slot for the covariances of all variables, shape (n_slots, t)."""
    s = implied.structure
    effects, cov = implied.effects.T, implied.all_cov
    left, right = np.zeros((2, s.n_slots, len(cov)))
    paths, residual = s.free_paths, s.free_covariances
    left[paths.slot], right[paths.slot] = effects[paths.row], cov[paths.column]
    half = np.where(residual.row == residual.column, 0.5, 1.0)[:, None]
    left[residual.slot] = half * effects[residual.row]
    right[residual.slot] = effects[residual.column]
    return left, right


def mean_jacobian(implied: Implied) -> Floats:
    """Return the derivative of the observed means, shape (p, n_slots)."""
    s = implied.structure
    effects = implied.effects[: s.p]
    slopes = np.zeros((s.p, s.n_slots))
    paths, means = s.free_paths, s.free_means
    slopes[:, paths.slot] = effects[:, paths.row] * implied.all_mean[paths.column]
    slopes[:, means.slot] = effects[:, means.row]
    return slopes


def _log_scale_slopes(implied: Implied) -> Floats:
    """Return the derivative of the log scales, shape (n_slots, p)."""
    s = implied.structure
    slopes = np.zeros((s.n_slots, s.p))
    if s.theta:
        left, right = factor_pairs(implied)
        ordinal = s.is_ordinal
        slopes[:, ordinal] = (-left * right * implied.scales**2)[:, ordinal]
    else:
        free = s.free_scales
        slopes[free.slot, free.row] = 1 / implied.scales[free.row]
    return slopes


def residual_slopes(implied: Implied) -> Floats:
    """Return the derivative of all residual variances, shape (n_slots, t)."""
    s = implied.structure
    slopes = np.zeros((s.n_slots, len(implied.all_cov)))
    free = s.free_covariances
    own = free.row == free.column
    slopes[free.slot[own], free.row[own]] = 1.0
    if len(s.solved):
        slopes[:, s.solved] = _solved_slopes(
            implied, factor_pairs(implied), _log_scale_slopes(implied)
        )
    return slopes


def variance_slopes(implied: Implied) -> Floats:
    """Return the derivative of all variables' variances before scaling, shape (n_slots, t)."""
    left, right = all_factor_pairs(implied)
    slopes = 2 * left * right
    s = implied.structure
    if s.is_conditional:
        of_given = implied.total_cov - implied.all_cov
        paths = s.free_paths
        slopes[paths.slot] += 2 * implied.effects.T[paths.row] * of_given[paths.column]
    solved = implied.structure.solved
    if len(solved):
        slopes += residual_slopes(implied)[:, solved] @ (implied.effects[:, solved] ** 2).T
    return slopes


def _solved_slopes(implied: Implied, pair: tuple[Floats, Floats], log_scales: Floats) -> Floats:
    solved = implied.structure.solved
    wanted = -2 * log_scales[:, solved] / implied.scales[solved] ** 2
    moved = 2 * pair[0][:, solved] * pair[1][:, solved]
    squares = implied.effects[np.ix_(solved, solved)] ** 2
    return np.asarray(np.linalg.solve(squares, (wanted - moved).T).T)


def _through_solved(
    implied: Implied,
    pair: tuple[Floats, Floats],
    log_scales: Floats,
    pairs: tuple[Integers, Integers],
) -> Floats:
    """Return what the covariances move through the residual variances that are solved for."""
    slopes = _solved_slopes(implied, pair, log_scales)
    effects = implied.effects[: implied.structure.p, implied.structure.solved].T
    return slopes @ (effects[:, pairs[0]] * effects[:, pairs[1]])


def _slope_jacobian(implied: Implied, log_scales: Floats) -> Floats:
    """Return the derivative of the slopes on given predictors."""
    s = implied.structure
    rows, columns = s.slopes
    slopes = _slope_moments(implied)[:, None] * log_scales.T[rows]
    effects, paths = implied.effects, s.free_paths
    moved = effects[np.ix_(rows, paths.row)] * effects[np.ix_(paths.column, columns)].T
    slopes[:, paths.slot] += implied.scales[rows, None] * moved
    return slopes


def _location_jacobian(implied: Implied, log_scales: Floats) -> Floats:
    s = implied.structure
    mean = mean_jacobian(implied)
    at = s.threshold_variable
    scales = implied.scales[at]
    thresholds = -scales[:, None] * mean[at] + implied.thresholds[:, None] * log_scales.T[at]
    free = s.free_thresholds
    thresholds[free.row, free.slot] += scales[free.row]
    return np.vstack([thresholds, mean[::-1]])[s.locations]
