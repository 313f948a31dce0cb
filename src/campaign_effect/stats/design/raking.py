"""Weights that bring a sample to known margins, by iterative proportional fitting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from campaign_effect.errors import ConvergenceError, StatisticsError
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen

_TOLERANCE = 1e-11  # of the totals, relative to their targets
_MOST_ROUNDS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """The known totals of one variable.

    Attributes
    ----------
    levels : ndarray of int, shape (n,)
        The level of each answer, from 0.
    targets : ndarray of float, shape (n_levels,)
        The population's total at each level, positive.
    """

    levels: Integers = field(compare=False)
    targets: Floats = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raking:
    """Weights at known margins, and how they were reached.

    Attributes
    ----------
    weights : ndarray of float, shape (n,)
        They add up to the population's total.
    n_rounds : int
        Rounds through all margins.
    gap : float
        The largest distance of a total from its target, relative to it.
    n_trimmed : int
        Weights at the largest allowed.
    """

    weights: Floats = field(compare=False, repr=False)
    n_rounds: int
    gap: float
    n_trimmed: int


def rake_weights(
    base: Floats, margins: Sequence[Margin], *, trim: float | None = None
) -> Raking:
    """Change weights as little as needed for the totals to be the known ones.

    Parameters
    ----------
    base : ndarray of float, shape (n,)
        Design weights, positive; ones where everybody was as likely to be drawn.
    margins : sequence of Margin
        Their targets have one total, to rounding; the first margin's counts.
    trim : float, optional
        The largest weight allowed, as a multiple of the mean weight; more than 1.

    Returns
    -------
    Raking

    Raises
    ------
    StatisticsError
        If a weight is not positive, a level of the population has no answers or no positive
        target, the margins have different totals, or `trim` leaves a level too little weight.
    ConvergenceError
        If no weights have these margins (and are not above the largest allowed).

    Notes
    -----
    Each margin in turn multiplies the weights of a level by one factor [1]_; the limit has the
    least distance sum w log(w / base) of all weights with these margins [2]_. Trimmed weights
    are min(w, c): each factor is the one that gives the level its total *after* trimming, so
    that the limit is least distant among the weights that are at most c, and the margins hold.

    References
    ----------
    .. [1] Deming, W. E., & Stephan, F. F. (1940). On a least squares adjustment of a sampled
       frequency table when the expected marginal totals are known. Annals of Mathematical
       Statistics, 11, 427-444. https://doi.org/10.1214/aoms/1177731829
    .. [2] Deville, J.-C., & Särndal, C.-E. (1992). Calibration estimators in survey sampling.
       Journal of the American Statistical Association, 87, 376-382.
       https://doi.org/10.1080/01621459.1992.10475217

    Examples
    --------
    >>> sex = Margin(levels=np.array([0, 0, 0, 1]), targets=np.array([50.0, 50.0]))
    >>> rake_weights(np.ones(4), [sex]).weights.round(2).tolist()
    [16.67, 16.67, 16.67, 50.0]
    """
    total = float(margins[0].targets.sum())
    scaled = [_scaled(margin, total) for margin in margins]
    largest = np.inf if trim is None else trim * total / len(base)
    _check(base, scaled, largest)
    free = base * (total / base.sum())  # what the weights would be without trimming
    for n_rounds in range(1, _MOST_ROUNDS + 1):
        for margin in scaled:
            free = free * _factors(free, margin, largest)[margin.levels]
        weights = np.minimum(free, largest)
        gap = max(_gap(weights, margin) for margin in scaled)
        if gap < _TOLERANCE:
            return Raking(
                weights=frozen(weights),
                n_rounds=n_rounds,
                gap=gap,
                n_trimmed=int(np.sum(free >= largest)),
            )
    raise ConvergenceError(
        "No weights have all these margins.",
        received=f"a total {100 * gap:.2g}% off after {_MOST_ROUNDS} rounds",
        hint="join levels that few respondents have, take a margin away, or trim less.",
    )


def _factors(free: Floats, margin: Margin, largest: float) -> Floats:
    """Find the factor of each level that gives it its total after trimming."""
    n_levels = len(margin.targets)
    if np.isinf(largest):
        return margin.targets / np.bincount(margin.levels, free, minlength=n_levels)
    return np.array(
        [
            _factor(free[margin.levels == level], target, largest)
            for level, target in enumerate(margin.targets)
        ]
    )


def _factor(free: Floats, target: float, largest: float) -> float:
    """Solve sum min(f w, c) = target for f, where the m largest weights are at c."""
    ordered = np.sort(free)[::-1]
    m = np.arange(len(ordered))
    rest = ordered[::-1].cumsum()[::-1]  # what is left when the m largest are taken away
    factors = (target - m * largest) / rest
    fits = factors * ordered <= largest
    return float(factors[fits.argmax()]) if fits.any() else float(largest / ordered[-1])


def _gap(weights: Floats, margin: Margin) -> float:
    totals = np.bincount(margin.levels, weights, minlength=len(margin.targets))
    return float(np.max(np.abs(totals / margin.targets - 1)))


def _scaled(margin: Margin, total: float) -> Margin:
    """Take rounding off: bring the targets to one total."""
    own = float(margin.targets.sum())
    if not np.isclose(own, total, rtol=1e-3):
        raise StatisticsError(
            "The margins add up to different totals.",
            received=f"{total:g} and {own:g}",
            hint="give all of them for the same population, as shares or as counts.",
        )
    return Margin(levels=margin.levels, targets=margin.targets * (total / own))


def _check(base: Floats, margins: Sequence[Margin], largest: float) -> None:
    if not np.all(np.isfinite(base) & (base > 0)):
        raise StatisticsError("Every weight must be a positive number.")
    for margin in margins:
        counts = np.bincount(margin.levels, minlength=len(margin.targets))
        if not np.all((counts > 0) & (margin.targets > 0)):
            raise StatisticsError(
                "Every level of a margin needs respondents and a positive total.",
                received=f"respondents by level: {counts.tolist()}",
                hint="join levels that nobody has with their neighbours.",
            )
        # Equality is feasible: everybody in the level has the largest weight.
        if np.any(counts * largest < margin.targets * (1 - _TOLERANCE)):
            raise StatisticsError(
                "With weights trimmed so far, a level cannot reach its total.",
                received=f"respondents by level: {counts.tolist()}",
                hint="trim less, or join levels that few respondents have.",
            )
