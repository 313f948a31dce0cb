"""Dominance analysis: what each predictor adds to the fit, over all sets of the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.links import IDENTITY
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen

MOST_PREDICTORS = 12  # 4,096 models


@dataclass(frozen=True, slots=True, kw_only=True)
class Dominance:
    """What each of K predictors adds to R-squared.

    Attributes
    ----------
    general : ndarray, shape (K,)
        Mean contribution over sizes of the set it is added to; they sum to `total`.
    conditional : ndarray, shape (K, K)
        Row k, column s: mean contribution of predictor k to sets of s others.
    complete : ndarray, shape (K, K)
        Row i, column j: 1 where i adds more than j to every set without both, 0 where less,
        1/2 where it depends on the set.
    total : float
        R-squared of all predictors less that of the columns always in the model.
    measure : str
        "R2" of a linear model, "McFadden" of a logistic one.
    """

    general: Floats = field(compare=False)
    conditional: Floats = field(compare=False)
    complete: Floats = field(compare=False)
    total: float
    measure: str

    @property
    def share(self) -> Floats:
        """General dominance as shares of the total, shape (K,)."""
        return np.asarray(self.general / self.total)


def dominance_analysis(
    fit: Callable[[Floats, Floats, Floats | None], Fit],
    X: Floats,
    y: Floats,
    predictors: tuple[tuple[int, ...], ...],
    *,
    counts: Floats | None = None,
) -> Dominance:
    """Compare predictors by what they add to all models of the others.

    Parameters
    ----------
    fit : callable, (X, y, counts) -> Fit
        `fit_ols` or `fit_logit`.
    X : ndarray, shape (n_rows, p)
        Design; columns of no predictor (the constant, controls) are in every model.
    y : ndarray, shape (n_rows,)
        Outcome.
    predictors : tuple of tuples of int
        Columns of each predictor: one, or the columns of a factor.
    counts : ndarray, shape (n_rows,), optional
        Answers per row.

    Returns
    -------
    Dominance
        In the order of the predictors.

    Raises
    ------
    StatisticsError
        If there are fewer than 2 or more than 12 predictors, or they share a column.

    Notes
    -----
    R-squared for linear models [1]_, McFadden's for logistic ones [2]_. The shares describe
    prediction, not causes: of predictors that stand in for each other, each gets a part.

    References
    ----------
    .. [1] Budescu, D. V. (1993). Dominance analysis: A new approach to the problem of
       relative importance of predictors in multiple regression. Psychological Bulletin, 114,
       542-551. https://doi.org/10.1037/0033-2909.114.3.542
    .. [2] Azen, R., & Traxel, N. (2009). Using dominance analysis to determine predictor
       importance in logistic regression. Journal of Educational and Behavioral Statistics,
       34, 319-347. https://doi.org/10.3102/1076998609332754

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> x = np.tile([-1.0, 1.0], 4)
    >>> X = np.column_stack([np.ones(8), x, np.repeat([-1.0, 1.0], 4)])
    >>> y = X @ [0.0, 2.0, 1.0] + np.array([1, 1, -1, -1, 1, 1, -1, -1])
    >>> dominance_analysis(fit_ols, X, y, ((1,), (2,))).general.round(4)
    array([0.6667, 0.1667])
    """
    _check(predictors)
    K = len(predictors)
    always = np.setdiff1d(np.arange(X.shape[1]), [j for block in predictors for j in block])
    fits = [
        fit(np.ascontiguousarray(X[:, _columns(always, predictors, members)]), y, counts)
        for members in range(2**K)
    ]
    r2 = np.array([_r_squared(one) for one in fits])
    added = np.array([[r2[s | 1 << k] - r2[s] for s in range(2**K)] for k in range(K)])
    conditional = _by_size(added)
    return Dominance(
        general=frozen(conditional.mean(axis=1)),
        conditional=frozen(conditional),
        complete=frozen(_complete(added)),
        total=float(r2[-1] - r2[0]),
        measure="R2" if fits[0].link is IDENTITY else "McFadden",
    )


def _columns(
    always: Integers, predictors: tuple[tuple[int, ...], ...], members: int
) -> Integers:
    """Columns of the model whose predictors are the bits of a number."""
    chosen = [j for k, block in enumerate(predictors) if members >> k & 1 for j in block]
    return np.sort(np.concatenate([always, np.array(chosen, dtype=np.int64)]))


def _r_squared(fit: Fit) -> float:
    """R-squared of a linear model, McFadden's of another."""
    if fit.link is IDENTITY:
        return float(-np.expm1(2 * (fit.null_log_likelihood - fit.log_likelihood) / fit.n))
    return 1 - fit.log_likelihood / fit.null_log_likelihood


def _by_size(added: Floats) -> Floats:
    """Mean contribution of each predictor to sets of each size without it, shape (K, K)."""
    K = len(added)
    sets = np.arange(2**K)
    size = np.array([int(s).bit_count() for s in sets])
    return np.array(
        [
            [added[k, (sets >> k & 1 == 0) & (size == s)].mean() for s in range(K)]
            for k in range(K)
        ]
    )


def _complete(added: Floats) -> Floats:
    """Compare contributions of each pair over all sets without both."""
    K = len(added)
    sets = np.arange(2**K)
    complete = np.full((K, K), 0.5)
    for i in range(K):
        for j in range(K):
            without = (sets >> i & 1 == 0) & (sets >> j & 1 == 0)
            if i != j and np.all(added[i, without] > added[j, without]):
                complete[i, j], complete[j, i] = 1.0, 0.0
    return complete


def _check(predictors: tuple[tuple[int, ...], ...]) -> None:
    columns = [j for block in predictors for j in block]
    if not 2 <= len(predictors) <= MOST_PREDICTORS:
        raise StatisticsError(
            f"Dominance analysis compares 2 to {MOST_PREDICTORS} predictors.",
            received=f"{len(predictors)} predictors",
            hint="join some of them, or leave controls in every model.",
        )
    if len(set(columns)) < len(columns):
        raise StatisticsError("Each column belongs to one predictor.", received=columns)
