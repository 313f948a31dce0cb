"""Two one-sided tests: whether an estimate is shown to be small."""

from __future__ import annotations

import numpy as np
from scipy import stats

from campaign_effect.errors import StatisticsError


def two_one_sided_p(estimate: float, std_error: float, df: float | None, bound: float) -> float:
    """Test the hypothesis that a quantity is at least as large as a bound, either way.

    Parameters
    ----------
    estimate : float
    std_error : float
        In units of the estimate, at least 0.
    df : float, optional
        Degrees of freedom of *t*; *z* where None.
    bound : float
        Above 0, in units of the estimate.

    Returns
    -------
    float
        The larger of the two one-sided *p*, in [0, 1]. It is below alpha where the interval of
        coverage 1 - 2 alpha lies within -bound to bound.

    Raises
    ------
    StatisticsError
        If the bound is not above 0.

    References
    ----------
    .. [1] Schuirmann, D. J. (1987). A comparison of the two one-sided tests procedure and the
       power approach for assessing the equivalence of average bioavailability. Journal of
       Pharmacokinetics and Biopharmaceutics, 15, 657-680. https://doi.org/10.1007/BF01068419

    Examples
    --------
    >>> round(two_one_sided_p(0.0, 1.0, None, 1.6448536), 4)
    0.05
    """
    if not 0 < bound < np.inf:
        raise StatisticsError(
            "A difference is negligible within a bound above 0.", received=f"{bound:g}"
        )
    if std_error == 0:
        return float(abs(estimate) >= bound)
    distance = (bound - abs(estimate)) / std_error
    return float(stats.t.sf(distance, np.inf if df is None else df))
