"""What every fitted single-index model hands on: to covariances, margins and tables."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from campaign_effect.stats.models.links import Link
from campaign_effect.stats.moments.arrays import Floats, Integers, Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A model of the mean, E(y) = link.mean(X beta), fitted by maximum likelihood.

    A row may stand for several equal answers (`counts`); every sum over answers then takes
    the row so many times, so that unique rows give what all rows give.

    Attributes
    ----------
    X : ndarray, shape (n_rows, p)
        Design.
    y : ndarray, shape (n_rows,)
        Outcome.
    counts : ndarray, shape (n_rows,), or None
        Answers per row; one each if None.
    link : Link
        The mean as a function of the linear predictor.
    beta : ndarray, shape (p,)
        Coefficients.
    root : ndarray, shape (p, p)
        A root of the bread: X root, its rows times sqrt(counts * weights), has orthonormal
        columns.
    mean : ndarray, shape (n_rows,)
        Fitted means mu.
    slope : ndarray, shape (n_rows,)
        d mu / d eta.
    variance : ndarray, shape (n_rows,)
        Variance function V(mu): 1 for linear models, mu (1 - mu) for a binary outcome.
    dispersion : float
        What V(mu) is multiplied by: the residual variance of a linear model, else 1.
    log_likelihood, null_log_likelihood : float
        Of this model and of the intercept alone; without an intercept, of no term.
    n : int
        Answers.
    df : float
        Degrees of freedom of *t* with a classic covariance: n - p in linear models,
        infinite (*z*) else.
    """

    X: Floats = field(compare=False, repr=False)
    y: Floats = field(compare=False, repr=False)
    counts: Floats | None = field(compare=False, repr=False)
    link: Link
    beta: Floats = field(compare=False)
    root: Floats = field(compare=False, repr=False)
    mean: Floats = field(compare=False, repr=False)
    slope: Floats = field(compare=False, repr=False)
    variance: Floats = field(compare=False, repr=False)
    dispersion: float
    log_likelihood: float
    null_log_likelihood: float
    n: int
    df: float

    @property
    def p(self) -> int:
        """Coefficients."""
        return len(self.beta)

    @property
    def df_residual(self) -> int:
        """Answers less coefficients."""
        return self.n - self.p

    @property
    def times(self) -> Floats:
        """Answers per row, one each without counts, shape (n_rows,)."""
        return times_of(self.y, self.counts)

    @property
    def bread(self) -> Floats:
        """Inverse of X' diag(counts * weights) X, shape (p, p)."""
        return np.asarray(self.root @ self.root.T)

    @property
    def residual(self) -> Floats:
        """Response residual y - mu, shape (n_rows,)."""
        return self.y - self.mean

    @property
    def weights(self) -> Floats:
        """Working weights of one answer, slope^2 / variance, shape (n_rows,)."""
        return self.slope**2 / self.variance

    @property
    def scores(self) -> Floats:
        """Derivative of the log-likelihood by eta of one answer, shape (n_rows,).

        Without the dispersion, as the bread.
        """
        return self.slope / self.variance * self.residual


def times_of(y: Floats | Integers, counts: Floats | None) -> Floats:
    """Give how many answers each row stands for.

    Parameters
    ----------
    y : ndarray, shape (n_rows,)
        Outcome.
    counts : ndarray, shape (n_rows,), or None
        Answers per row; one each if None.

    Returns
    -------
    ndarray, shape (n_rows,)

    Examples
    --------
    >>> times_of(np.array([0.0, 1.0]), None)
    array([1., 1.])
    """
    return np.ones(len(y)) if counts is None else counts


def read_only(array: Values) -> Values:
    """View an array that its owner may still write to as one that nobody writes to here.

    Parameters
    ----------
    array : ndarray
        Somebody else's array.

    Returns
    -------
    ndarray
        A view that refuses writing; no copy.

    Examples
    --------
    >>> read_only(np.zeros(2)).flags.writeable
    False
    """
    view = array.view()
    view.flags.writeable = False
    return view
