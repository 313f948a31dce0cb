"""Fitted against observed: calibration by groups, Hosmer-Lemeshow, classification."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.special import chdtrc

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Answers grouped by their fitted probability, the lowest group first.

    Attributes
    ----------
    n : ndarray, shape (g,)
        Answers in each group.
    observed, expected : ndarray, shape (g,)
        Events that occurred, and the sum of fitted probabilities.
    """

    n: Floats = field(compare=False)
    observed: Floats = field(compare=False)
    expected: Floats = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HosmerLemeshow:
    """The test whether fitted probabilities agree with what occurred.

    A small p-value speaks **against** the model; a large one does not prove it right.

    Attributes
    ----------
    chi2, p_value : float
        The statistic and its p.
    df : int
        Groups less 2.
    groups : Calibration
        What was compared.
    """

    chi2: float
    df: int
    p_value: float
    groups: Calibration


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """Answers by what occurred and what a cut-off would have called.

    Attributes
    ----------
    cutoff : float
        Fitted probability from which an event is called.
    true_positives, false_positives, true_negatives, false_negatives : float
        Answers.
    """

    cutoff: float
    true_positives: float
    false_positives: float
    true_negatives: float
    false_negatives: float

    @property
    def sensitivity(self) -> float:
        """Share of the events that were called."""
        return self.true_positives / (self.true_positives + self.false_negatives)

    @property
    def specificity(self) -> float:
        """Share of the other answers that were not called."""
        return self.true_negatives / (self.true_negatives + self.false_positives)

    @property
    def accuracy(self) -> float:
        """Share of all answers called rightly."""
        right = self.true_positives + self.true_negatives
        return right / (right + self.false_positives + self.false_negatives)

    @property
    def share_of_larger(self) -> float:
        """Accuracy of always calling the more frequent outcome: what is to be beaten."""
        events = self.true_positives + self.false_negatives
        others = self.true_negatives + self.false_positives
        return max(events, others) / (events + others)


def calibrate(fit: Fit, n_groups: int = 10) -> Calibration:
    """Group answers by quantiles of their fitted probability.

    Parameters
    ----------
    fit : Fit
        A model of an outcome of 0 and 1.
    n_groups : int, default 10
        Groups of about equal size, at least 2; equal fitted values stay together, so there
        may be fewer.

    Returns
    -------
    Calibration
        One entry a group.

    Raises
    ------
    StatisticsError
        If there are fewer than 2 groups.

    Examples
    --------
    >>> from campaign_effect.stats.models.logit import fit_logit
    >>> X = np.column_stack([np.ones(4), [0.0, 0.0, 1.0, 1.0]])
    >>> fit = fit_logit(X, np.array([0.0, 1.0, 0.0, 1.0]), np.array([3.0, 1, 1, 3]))
    >>> calibrate(fit, 2).expected.round(6)
    array([1., 3.])
    """
    if n_groups < 2:
        raise StatisticsError("Calibration needs 2 groups or more.", received=n_groups)
    times = fit.times
    inner = _quantiles(fit.mean, times, np.arange(1, n_groups) / n_groups)
    group = np.searchsorted(np.unique(inner), fit.mean, side="left")
    return calibrate_groups(fit.y, fit.mean, np.unique(group, return_inverse=True)[1], times)


def calibrate_groups(y: Floats, mean: Floats, group: Integers, weights: Floats) -> Calibration:
    """Compare what occurred with what a model expects, in given groups.

    Parameters
    ----------
    y : ndarray, shape (n,)
        Outcome, from 0 to 1.
    mean : ndarray, shape (n,)
        What the model expects of it.
    group : ndarray of int, shape (n,)
        Group of each answer, every number from 0 on with an answer.
    weights : ndarray, shape (n,)
        Counts or probability weights.

    Returns
    -------
    Calibration
        One entry a group, in weighted answers.

    Examples
    --------
    >>> group, half = np.array([0, 0, 1, 1]), np.full(4, 0.5)
    >>> calibrate_groups(np.array([0.0, 1.0, 1.0, 1.0]), half, group, np.ones(4)).observed
    array([1., 2.])
    """
    n, observed, expected = (
        np.bincount(group, weights=part).astype(np.float64)
        for part in (weights, weights * y, weights * mean)
    )
    return Calibration(n=frozen(n), observed=frozen(observed), expected=frozen(expected))


def hosmer_lemeshow(fit: Fit, n_groups: int = 10) -> HosmerLemeshow:
    """Test the agreement of fitted probabilities with what occurred.

    Parameters
    ----------
    fit : Fit
        A model of an outcome of 0 and 1.
    n_groups : int, default 10
        Groups by quantiles of the fitted probability, more than 2.

    Returns
    -------
    HosmerLemeshow
        Chi-square with (groups - 2) df.

    Raises
    ------
    StatisticsError
        If fewer than 3 groups remain.

    Notes
    -----
    Sum of (O - E)^2 / E over events and other answers of each group [1]_. Its power depends
    on n and on the number of groups; look at the calibration plot before the p-value.

    References
    ----------
    .. [1] Hosmer, D. W., & Lemeshow, S. (1980). Goodness of fit tests for the multiple
       logistic regression model. Communications in Statistics: Theory and Methods, 9,
       1043-1069. https://doi.org/10.1080/03610928008827941

    Examples
    --------
    >>> from campaign_effect.stats.models.logit import fit_logit
    >>> x = np.repeat([0.0, 1, 2], 4)
    >>> y = np.array([0.0, 0, 0, 1, 0, 1, 0, 1, 1, 1, 1, 0])
    >>> fit = fit_logit(np.column_stack([np.ones(12), x]), y)
    >>> round(hosmer_lemeshow(fit, 3).chi2, 6)
    0.0
    """
    groups = calibrate(fit, n_groups)
    df = len(groups.n) - 2
    if df < 1:
        raise StatisticsError(
            "The Hosmer-Lemeshow test needs 3 groups of fitted probabilities or more.",
            received=f"{len(groups.n)} groups",
            hint="the model has few distinct fitted values; compare them with the shares.",
        )
    gap = (groups.observed - groups.expected) ** 2
    chi2 = float(np.sum(gap / groups.expected + gap / (groups.n - groups.expected)))
    return HosmerLemeshow(chi2=chi2, df=df, p_value=float(chdtrc(df, chi2)), groups=groups)


def classify(
    y: Floats, mean: Floats, weights: Floats | None = None, *, cutoff: float = 0.5
) -> Classification:
    """Count what a cut-off on the fitted probability calls right and wrong.

    Parameters
    ----------
    y : ndarray, shape (n,)
        Outcome of 0 and 1, or its average over imputations.
    mean : ndarray, shape (n,)
        Fitted probabilities.
    weights : ndarray, shape (n,), optional
        Counts or probability weights; 1 each by default.
    cutoff : float, default 0.5
        Fitted probability from which an event is called, in (0, 1).

    Returns
    -------
    Classification
        In the same answers that the model was fitted to: flattering.

    Raises
    ------
    StatisticsError
        If the cut-off does not lie between 0 and 1.

    Examples
    --------
    >>> mean = np.array([0.25, 0.25, 0.75, 0.75])
    >>> classify(np.array([0.0, 1.0, 0.0, 1.0]), mean, np.array([3.0, 1, 1, 3])).accuracy
    0.75
    """
    if not 0 < cutoff < 1:
        raise StatisticsError("A cut-off lies between 0 and 1.", received=cutoff)
    times = np.ones(len(y)) if weights is None else weights
    is_called, events, others = mean >= cutoff, times * y, times * (1 - y)
    return Classification(
        cutoff=cutoff,
        true_positives=float(events @ is_called),
        false_positives=float(others @ is_called),
        true_negatives=float(others @ ~is_called),
        false_negatives=float(events @ ~is_called),
    )


def _quantiles(values: Floats, times: Floats, at: Floats) -> Floats:
    """Interpolate order statistics of repeated values, as R's type 7."""
    order = np.argsort(values)
    ends = np.cumsum(times[order])
    place = at * (ends[-1] - 1)
    low = values[order][np.searchsorted(ends, np.floor(place), side="right")]
    high = values[order][np.searchsorted(ends, np.ceil(place), side="right")]
    return np.asarray(low + (place - np.floor(place)) * (high - low))
