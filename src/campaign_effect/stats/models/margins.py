"""Average marginal effects, contrasts and predictions with their analytic gradients.

The caller builds the counterfactual designs (interactions, squares and factors included), so
that an average effect is right whatever the formula. Designs are taken as fixed: the standard
error is the delta method's, sqrt(g' V g) with any covariance V, and its degrees of freedom
are those of the gradient g as a contrast.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.models.design_matrix import row_blocks
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.moments.arrays import Floats, frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """An average over the answers, and how it moves with the coefficients.

    Attributes
    ----------
    estimate : float
        In units of the outcome's mean (a probability, for a binary outcome).
    gradient : ndarray, shape (p,)
        Its derivative by beta.
    """

    estimate: float
    gradient: Floats = field(compare=False)

    def __sub__(self, other: Margin) -> Margin:
        """Take the difference of two averages, and of their gradients."""
        return Margin(
            estimate=self.estimate - other.estimate,
            gradient=frozen(self.gradient - other.gradient),
        )


def average_prediction(
    fit: Fit, X: Floats | None = None, weights: Floats | None = None
) -> Margin:
    """Average the predicted mean.

    Parameters
    ----------
    fit : Fit
        A fitted model.
    X : ndarray, shape (m, p), optional
        Design to predict at; the fit's own by default.
    weights : ndarray, shape (m,), optional
        Weight of each row in the average; the fit's counts by default.

    Returns
    -------
    Margin
        mean(mu(X beta)).

    Raises
    ------
    StatisticsError
        If shapes differ.

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> fit = fit_ols(np.ones((4, 1)), np.array([0.0, 1.0, 3.0, 4.0]))
    >>> round(average_prediction(fit).estimate, 6)
    2.0
    """
    X = fit.X if X is None else X
    share = row_shares(fit.p, fit.counts, weights, X)
    eta = X @ fit.beta
    return Margin(
        estimate=float(share @ fit.link.mean(eta)),
        gradient=frozen((share * fit.link.slope(eta)) @ X),
    )


def average_contrast(fit: Fit, X1: Floats, X0: Floats, weights: Floats | None = None) -> Margin:
    """Average the difference between two counterfactual predictions.

    Parameters
    ----------
    fit : Fit
        A fitted model.
    X1, X0 : ndarray, shape (m, p)
        Designs in which everybody has the one value and the other.
    weights : ndarray, shape (m,), optional
        Weight of each row in the average; the fit's counts by default.

    Returns
    -------
    Margin
        mean(mu(X1 beta) - mu(X0 beta)).

    Raises
    ------
    StatisticsError
        If shapes differ.

    References
    ----------
    .. [1] Norton, E. C., & Dowd, B. E. (2018). Log odds and the interpretation of logit
       models. Health Services Research, 53, 859-878.
       https://doi.org/10.1111/1475-6773.12712

    Examples
    --------
    >>> from campaign_effect.stats.models.logit import fit_logit
    >>> X = np.column_stack([np.ones(4), [0.0, 0.0, 1.0, 1.0]])
    >>> fit = fit_logit(X, np.array([0.0, 1.0, 0.0, 1.0]), np.array([3.0, 1, 1, 3]))
    >>> X1, X0 = X.copy(), X.copy()
    >>> X1[:, 1], X0[:, 1] = 1, 0
    >>> round(average_contrast(fit, X1, X0).estimate, 6)
    0.5
    """
    one, zero = (average_prediction(fit, X, weights) for X in (X1, X0))
    return one - zero


def average_slope(
    fit: Fit, derivative: Floats, X: Floats | None = None, weights: Floats | None = None
) -> Margin:
    """Average the derivative of the predicted mean by a continuous variable.

    Parameters
    ----------
    fit : Fit
        A fitted model.
    derivative : ndarray, shape (m, p)
        dX/dx, row by row: 1 in the variable's own column, the other variable in the column
        of an interaction, 2x in that of a square.
    X : ndarray, shape (m, p), optional
        Design at which; the fit's own by default.
    weights : ndarray, shape (m,), optional
        Weight of each row in the average; the fit's counts by default.

    Returns
    -------
    Margin
        mean(mu'(eta) dX/dx beta).

    Raises
    ------
    StatisticsError
        If shapes differ.

    Notes
    -----
    Its gradient is mean(mu''(eta) (dX/dx beta) X + mu'(eta) dX/dx).

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> x = np.array([0.0, 1.0, 2.0, 3.0])
    >>> fit = fit_ols(np.column_stack([np.ones(4), x, x**2]), x**2)
    >>> D = np.column_stack([np.zeros(4), np.ones(4), 2 * x])
    >>> round(average_slope(fit, D).estimate, 6)
    3.0
    """
    X = fit.X if X is None else X
    share = row_shares(fit.p, fit.counts, weights, X, derivative)
    eta, speed = X @ fit.beta, derivative @ fit.beta
    slope = share * fit.link.slope(eta)
    bend = share * fit.link.curvature(eta) * speed
    return Margin(estimate=float(slope @ speed), gradient=frozen(bend @ X + slope @ derivative))


def average_column_slopes(fit: Fit, weights: Floats | None = None) -> tuple[Margin, ...]:
    """Average the derivative of the predicted mean by every column of the design.

    Parameters
    ----------
    fit : Fit
        A fitted model.
    weights : ndarray, shape (n_rows,), optional
        Weight of each row in the average; the fit's counts by default.

    Returns
    -------
    tuple of Margin, length p
        mean(mu'(eta)) beta_j: the slope by a variable that is column j and stands in no
        other. The passes over the rows are shared, where `average_slope` takes its own.

    Raises
    ------
    StatisticsError
        If shapes differ.

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> x = np.array([0.0, 1.0, 2.0, 3.0])
    >>> fit = fit_ols(np.column_stack([np.ones(4), x]), 2 * x)
    >>> round(average_column_slopes(fit)[1].estimate, 6)
    2.0
    """
    share = row_shares(fit.p, fit.counts, weights, fit.X)
    slope, bend = float(share @ fit.slope), np.zeros(fit.p)
    for rows in row_blocks(len(share)):
        X = fit.X[rows]
        bend += (share[rows] * fit.link.curvature(X @ fit.beta)) @ X
    gradients = frozen(np.outer(fit.beta, bend) + slope * np.eye(fit.p))
    return tuple(
        Margin(estimate=slope * beta, gradient=gradient)
        for beta, gradient in zip(fit.beta.tolist(), gradients, strict=True)
    )


def row_shares(
    p: int, counts: Floats | None, weights: Floats | None, *designs: Floats
) -> Floats:
    """Give the rows of counterfactual designs their weights in an average.

    Parameters
    ----------
    p : int
        Columns of the fitted design.
    counts : ndarray, shape (n_rows,), or None
        Answers per row of the fit.
    weights : ndarray, shape (m,), or None
        Weight of each row; the counts if None.
    *designs : ndarray, shape (m, p)
        Designs whose rows are averaged.

    Returns
    -------
    ndarray, shape (m,)
        Weights that sum to 1.

    Raises
    ------
    StatisticsError
        If shapes differ.

    Examples
    --------
    >>> row_shares(1, None, np.array([1.0, 3.0]), np.ones((2, 1)))
    array([0.25, 0.75])
    """
    m = len(designs[0])
    if any(design.shape != (m, p) for design in designs):
        raise StatisticsError(
            f"Counterfactual designs need equal rows and {p} columns.",
            received=f"{[design.shape for design in designs]}",
        )
    if weights is None:
        weights = np.ones(m) if counts is None else counts
    if len(weights) != m:
        raise StatisticsError(
            "Every row of a counterfactual design needs one weight.",
            received=f"{len(weights)} weights, {m} rows",
        )
    return np.asarray(weights / weights.sum())


def log_ratio(one: Margin, zero: Margin) -> Margin:
    """Compare two averages by the logarithm of their ratio.

    Parameters
    ----------
    one, zero : Margin
        Average predictions of one fit, both positive.

    Returns
    -------
    Margin
        log(one / zero), with gradient g1 / one - g0 / zero.

    Raises
    ------
    StatisticsError
        If an average is not positive.

    References
    ----------
    .. [1] Norton, E. C., Miller, M. M., & Kleinman, L. C. (2013). Computing adjusted risk
       ratios and risk differences in Stata. The Stata Journal, 13, 492-509.
       https://doi.org/10.1177/1536867X1301300304

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> fit = fit_ols(np.eye(2)[[0, 0, 1, 1]], np.array([0.2, 0.2, 0.4, 0.4]))
    >>> one, zero = (average_prediction(fit, np.eye(2)[[k]]) for k in (1, 0))
    >>> round(float(np.exp(log_ratio(one, zero).estimate)), 6)
    2.0
    """
    if not (one.estimate > 0 and zero.estimate > 0):
        raise StatisticsError(
            "A ratio needs two averages above 0.",
            received=f"{one.estimate:g} and {zero.estimate:g}",
            hint="compare by a difference, or use a model that keeps within 0 and 1.",
        )
    return Margin(
        estimate=float(np.log(one.estimate / zero.estimate)),
        gradient=frozen(one.gradient / one.estimate - zero.gradient / zero.estimate),
    )
