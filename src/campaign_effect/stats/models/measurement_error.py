"""Regression calibration: what error in an exposure takes from its association."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.moments.arrays import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Attenuation:
    """How far an exposure measured with error speaks for the true one, given the other terms.

    Attributes
    ----------
    factor : float
        Slope of the true exposure on the measured one, given the other terms, in (0, 1].
    r2 : float
        Share of the measured exposure that the other terms explain, in [0, 1).
    """

    factor: float
    r2: float


def attenuation(
    reliability: float, exposure: Floats, others: Floats, weights: Floats | None = None
) -> Attenuation:
    """Find the factor by which classical error weakens a coefficient.

    Parameters
    ----------
    reliability : float
        Share of the true exposure in the variance of the measured one, in (0, 1].
    exposure : ndarray, shape (n,)
        As measured.
    others : ndarray, shape (n, q)
        The other terms of the model, taken as measured without error, with a column of ones.
    weights : ndarray, shape (n,), optional
        Of the rows.

    Returns
    -------
    Attenuation

    Raises
    ------
    StatisticsError
        If the reliability is not in (0, 1], or the other terms explain as much of the
        exposure as is reliable.

    Notes
    -----
    With W = X + U, U independent of X, of the other terms Z and of the outcome given these,
    E(X | W, Z) is linear in W with slope (rho - R²) / (1 - R²), where rho is the reliability
    and R² that of W on Z [1]_. Put in the place of W, it gives a linear model's coefficient
    exactly in large samples, and a logistic one's nearly where effects are moderate.

    References
    ----------
    .. [1] Carroll, R. J., Ruppert, D., Stefanski, L. A., & Crainiceanu, C. M. (2006).
       Measurement error in nonlinear models: A modern perspective (2nd ed.). Chapman &
       Hall/CRC. https://doi.org/10.1201/9781420010138

    Examples
    --------
    >>> attenuation(0.8, np.array([1.0, 2.0, 4.0]), np.ones((3, 1)))
    Attenuation(factor=0.8, r2=0.0)
    """
    if not 0 < reliability <= 1:
        raise StatisticsError(
            "A reliability lies above 0 and not above 1.", received=f"{reliability:g}"
        )
    w = np.ones(len(exposure)) if weights is None else weights
    root = np.sqrt(w)[:, None]
    centered = exposure - np.average(exposure, weights=w)
    slopes = np.linalg.lstsq(root * others, root[:, 0] * centered, rcond=None)[0]
    residual = centered - others @ slopes
    r2 = max(1 - float(w @ residual**2) / float(w @ centered**2), 0.0)
    r2 = 0.0 if r2 < len(exposure) * np.finfo(np.float64).eps else r2
    if reliability <= r2:
        raise StatisticsError(
            "The other terms explain as much of the exposure as is reliable.",
            received=f"reliability {reliability:.2f}, R² {r2:.2f}",
            hint="leave out terms that nearly repeat the exposure.",
        )
    return Attenuation(factor=(reliability - r2) / (1 - r2), r2=r2)
