"""Signs of careless or automatic answering in when answers were given."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from campaign_effect.stats.moments.arrays import Booleans, Floats


def speed_index(durations: ArrayLike) -> Floats:
    """Compare how fast each person answered with the median person.

    Parameters
    ----------
    durations : array_like of float, shape (n,)
        Time from start to end, in any unit; nan where unknown. Times that are not positive
        are taken as unknown.

    Returns
    -------
    ndarray of float, shape (n,)
        Median duration over one's own: 2 for half the median's time; nan where unknown.

    Notes
    -----
    Thresholds in use lie between 30% and 50% less time than the median [1]_; above 2 (50%
    less) a person is called a speeder here, the strictest of them. Where a whole sample is
    hasty, nobody stands out: less than two seconds an item is too fast for anybody [2]_.

    References
    ----------
    .. [1] Greszki, R., Meyer, M., & Schoen, H. (2015). Exploring the effects of removing "too
       fast" responses and respondents from web surveys. Public Opinion Quarterly, 79,
       471-503. https://doi.org/10.1093/poq/nfu058
    .. [2] Huang, J. L., Curran, P. G., Keeney, J., Poposki, E. M., & DeShon, R. P. (2012).
       Detecting and deterring insufficient effort responding to surveys. Journal of Business
       and Psychology, 27, 99-114. https://doi.org/10.1007/s10869-011-9231-8

    Examples
    --------
    >>> speed_index([600, 200, 400, np.nan])
    array([0.66666667, 2.        , 1.        ,        nan])
    """
    time = np.asarray(durations, dtype=np.float64)
    known = np.where(time > 0, time, np.nan)
    if np.isnan(known).all():
        return known
    return np.asarray(np.nanmedian(known) / known)


def regular_bursts(
    times: ArrayLike, *, least: int = 5, longest_gap: float = 600.0, tolerance: float = 1.0
) -> Booleans:
    """Find answers that arrived one after another at the same distance.

    Parameters
    ----------
    times : array_like of float, shape (n,)
        When each answer was handed in, in seconds, in any order; nan where unknown.
    least : int, default 5
        Equal gaps in a row that make a burst.
    longest_gap : float, default 600
        Longer gaps, in seconds, belong to no burst.
    tolerance : float, default 1
        Gaps of a burst differ from its first by at most this, in seconds.

    Returns
    -------
    ndarray of bool, shape (n,)
        Whether a person belongs to a burst.

    Notes
    -----
    People arrive at random: gaps of a Poisson process are exponential, and that `least` of
    them agree to a second is next to impossible unless they are all about as short. Programs
    that fill in forms, and devices that hand in stored answers in one go, are regular [1]_.

    References
    ----------
    .. [1] Storozuk, A., Ashley, M., Delage, V., & Maloney, E. A. (2020). Got bots? Practical
       recommendations to protect online survey data from bot attacks. The Quantitative
       Methods for Psychology, 16, 472-481. https://doi.org/10.20982/tqmp.16.5.p472

    Examples
    --------
    >>> regular_bursts([0, 60, 120, 180, 240, 300, 1000]).tolist()
    [True, True, True, True, True, True, False]
    """
    moments = np.asarray(times, dtype=np.float64)
    order = np.argsort(moments, kind="stable")
    gaps = np.diff(moments[order]).tolist()  # nan at the end, where times are unknown
    is_in = np.zeros(len(moments), dtype=bool)
    start = 0
    for place, gap in enumerate([*gaps, np.nan]):
        if place < len(gaps) and gap <= longest_gap and abs(gap - gaps[start]) <= tolerance:
            continue
        if place - start >= least:
            is_in[order[start : place + 1]] = True
        start = place
    return is_in
