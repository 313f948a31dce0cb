"""Answers as arrays: an exposure, controls, and an outcome whose villages are alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from scipy.special import expit

from campaign_effect.errors import UsageError
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen

LATENT_VARIANCE = np.pi**2 / 3
"""Variance of the standard logistic distribution, the respondents' own part."""

QUADRATURE_POINTS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """How a survey of villages comes about.

    Attributes
    ----------
    villages, per_village : int
        Villages, and respondents in each; at least 1.
    icc : float
        Share of the outcome's latent variance that lies between villages, in [0, 1); the
        latent scale is that of log-odds.
    intercept : float
        Log-odds of the outcome where exposure, controls and village are all 0.
    effect : float
        What exposure adds to the log-odds.
    share_exposed : float
        Share of the respondents who are exposed in a middling village, in (0, 1).
    exposure_sd : float
        Standard deviation of the log-odds of exposure between villages; 0 or more.
    control_effects : tuple of float
        What one unit of each control adds to the log-odds. A control is standard normal
        within a village, around a village mean.
    control_sd : float
        Standard deviation of the village means of a control; 0 or more.

    Raises
    ------
    UsageError
        If a number lies outside its range.

    Examples
    --------
    >>> round(Design(effect=0.35).true_ame, 4)
    0.0794
    """

    villages: int = 12
    per_village: int = 35
    icc: float = 0.05
    intercept: float = -0.3
    effect: float = 0.4
    share_exposed: float = 0.5
    exposure_sd: float = 0.5
    control_effects: tuple[float, ...] = (0.4, 0.2)
    control_sd: float = 0.5

    def __post_init__(self) -> None:
        """Refuse numbers outside their range."""
        ranges = (
            ("villages", self.villages >= 1, "1 or more"),
            ("per_village", self.per_village >= 1, "1 or more"),
            ("icc", 0 <= self.icc < 1, "from 0 to below 1"),
            ("share_exposed", 0 < self.share_exposed < 1, "between 0 and 1"),
            ("exposure_sd", self.exposure_sd >= 0, "0 or more"),
            ("control_sd", self.control_sd >= 0, "0 or more"),
        )
        for name, is_within, allowed in ranges:
            if not is_within:
                raise UsageError(
                    f"A design's {name} is out of its range.",
                    received=getattr(self, name),
                    hint=f"give a number {allowed}.",
                )

    @property
    def n(self) -> int:
        """Respondents in all villages."""
        return self.villages * self.per_village

    @property
    def village_sd(self) -> float:
        """Standard deviation of the villages' log-odds: sqrt(icc / (1 - icc) pi^2 / 3)."""
        return latent_sd(self.icc)

    @property
    def true_ame(self) -> float:
        """How much exposure changes the outcome's probability, averaged over everyone.

        The average of expit(effect + t) - expit(t) over the log-odds t that respondents
        have without exposure. Those are normal, as a sum of normal controls and village
        effects, so that Gauss-Hermite quadrature gives the average to rounding error. It
        is the truth about the villages that might have been sampled, not about the
        respondents of one sample.
        """
        variance = self.village_sd**2 + self._control_variance
        return _normal_mean_difference(self.intercept, self.effect, variance)

    @property
    def _control_variance(self) -> float:
        squares = sum(effect**2 for effect in self.control_effects)
        return squares * (1 + self.control_sd**2)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedAnswers:
    """Answers to a survey, and what is true about them.

    Attributes
    ----------
    exposure : ndarray of float, shape (n,)
        1 for those exposed, 0 else.
    controls : ndarray of float, shape (n, k)
        One column per effect in the design's ``control_effects``.
    village : ndarray of int, shape (n,)
        From 0, in ascending order.
    outcome : ndarray of float, shape (n,)
        1 where the event happened, 0 else.
    true_ame : float
        The design's average marginal effect, as a difference of probabilities.
    """

    exposure: Floats = field(compare=False)
    controls: Floats = field(compare=False)
    village: Integers = field(compare=False)
    outcome: Floats = field(compare=False)
    true_ame: float


def simulate_answers(design: Design, *, seed: int) -> SimulatedAnswers:
    """Draw one survey from a design.

    Parameters
    ----------
    design : Design
        Villages, respondents and effects.
    seed : int
        The same seed gives the same answers.

    Returns
    -------
    SimulatedAnswers
        Without missing answers; the arrays are read-only.

    Notes
    -----
    For respondent i in village g: x ~ Bernoulli(expit(logit(share) + v_g)), with v_g
    normal; z = m_g + e_i, with m_g and e_i normal; y ~ Bernoulli(expit(intercept +
    effect x + z' control_effects + u_g)), with u_g normal of the variance
    icc / (1 - icc) pi^2 / 3 [1]_.

    References
    ----------
    .. [1] Goldstein, H., Browne, W., & Rasbash, J. (2002). Partitioning variation in
       multilevel models. Understanding Statistics, 1, 223-231.
       https://doi.org/10.1207/S15328031US0104_02

    Examples
    --------
    >>> answers = simulate_answers(Design(villages=3, per_village=2), seed=1)
    >>> answers.village
    array([0, 0, 1, 1, 2, 2])
    """
    rng = np.random.default_rng(seed)
    village = np.repeat(np.arange(design.villages), design.per_village)
    exposure = _draw_exposure(design, village, rng)
    controls = _draw_controls(design, village, rng)
    u = design.village_sd * rng.standard_normal(design.villages)
    log_odds = design.intercept + design.effect * exposure + u[village]
    log_odds += controls @ np.array(design.control_effects, dtype=np.float64)
    return SimulatedAnswers(
        exposure=frozen(exposure),
        controls=frozen(controls),
        village=frozen(village),
        outcome=frozen(draw_events(log_odds, rng)),
        true_ame=design.true_ame,
    )


def latent_sd(icc: float) -> float:
    """Turn an intraclass correlation into the standard deviation of the villages' log-odds.

    Examples
    --------
    >>> round(latent_sd(0.05), 3)
    0.416
    """
    return float(np.sqrt(icc / (1 - icc) * LATENT_VARIANCE))


def draw_events(log_odds: Floats, rng: np.random.Generator) -> Floats:
    """Draw 1 with the probability of the log-odds, else 0.

    Examples
    --------
    >>> draw_events(np.array([-50.0, 50.0]), np.random.default_rng(1))
    array([0., 1.])
    """
    return np.asarray(rng.random(log_odds.shape) < expit(log_odds), dtype=np.float64)


def _draw_exposure(design: Design, village: Integers, rng: np.random.Generator) -> Floats:
    v = design.exposure_sd * rng.standard_normal(design.villages)
    share = design.share_exposed
    return draw_events(np.log(share / (1 - share)) + v[village], rng)


def _draw_controls(design: Design, village: Integers, rng: np.random.Generator) -> Floats:
    k = len(design.control_effects)
    means = design.control_sd * rng.standard_normal((design.villages, k))
    return np.asarray(means[village] + rng.standard_normal((len(village), k)))


@lru_cache(maxsize=256)
def _normal_mean_difference(mean: float, effect: float, variance: float) -> float:
    """Average expit(effect + t) - expit(t) over normal t; kept, as draws ask it often."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(QUADRATURE_POINTS)
    t = mean + np.sqrt(variance) * nodes
    return float(weights @ (expit(effect + t) - expit(t)) / weights.sum())
