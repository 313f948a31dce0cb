"""Pairs of people whose answers are nearly the same."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from campaign_effect.stats.moments.arrays import Booleans, Floats, Integers

_ROWS_AT_ONCE = 512


def greatest_match(codes: Integers, *, min_shared: int = 1) -> tuple[Floats, Integers]:
    """Find the earlier person whose answers each person's resemble most.

    Parameters
    ----------
    codes : ndarray of int, shape (n, k)
        The answers as codes from 0; -1 where missing.
    min_shared : int, default 1
        Pairs who both answered fewer questions are not compared.

    Returns
    -------
    share : ndarray of float, shape (n,)
        The greatest share of equal answers with an earlier row, among the questions that
        both answered, in [0, 1]; 0 where there is nobody to compare with.
    earlier : ndarray of int, shape (n,)
        The first such row; -1 where there is none.

    Notes
    -----
    The maximum percent match of Kuriakose and Robbins, who call shares above .85 likely
    copies [1]_. Few questions, few answers to each, many respondents and a homogeneous
    population raise it without any fraud [2]_. The time grows as n squared.

    References
    ----------
    .. [1] Kuriakose, N., & Robbins, M. (2016). Don't get duped: Fraud through duplication in
       public opinion surveys. Statistical Journal of the IAOS, 32, 283-291.
       https://doi.org/10.3233/SJI-160978
    .. [2] Simmons, K., Mercer, A., Schwarzer, S., & Kennedy, C. (2016). Evaluating a new
       proposal for detecting data falsification in surveys. Statistical Journal of the IAOS,
       32, 327-338. https://doi.org/10.3233/SJI-160997

    Examples
    --------
    >>> greatest_match(np.array([[0, 1, 2, 3], [3, 3, 3, 3], [0, 1, 2, 0]]))
    (array([0.  , 0.25, 0.75]), array([-1,  0,  0]))
    """
    marks, answered = _indicators(codes)
    share, earlier = np.zeros(len(codes)), np.full(len(codes), -1, dtype=np.int64)
    for start in range(0, len(codes), _ROWS_AT_ONCE):
        stop = min(start + _ROWS_AT_ONCE, len(codes))
        shared = answered[start:stop] @ answered[:stop].T
        equal = marks[start:stop] @ marks[:stop].T
        is_pair = (shared >= min_shared) & _is_earlier(start, stop)
        match = np.where(is_pair, equal / np.maximum(shared, 1.0), -1.0)
        share[start:stop] = np.maximum(match.max(axis=1), 0.0)
        earlier[start:stop] = np.where(is_pair.any(axis=1), match.argmax(axis=1), -1)
    return share, earlier


def _indicators(codes: Integers) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mark every answer of every question by 0 and 1, so that products count equal ones."""
    # Counts up to 2**24 are exact in float32, in which products are twice as fast.
    columns = [codes == code for code in range(int(codes.max(initial=-1)) + 1)]
    marks = np.concatenate(columns, axis=1) if columns else np.zeros((len(codes), 1))
    return marks.astype(np.float32), (codes >= 0).astype(np.float32)


def _is_earlier(start: int, stop: int) -> Booleans:
    """Say which of the first rows stand before each row from start to stop."""
    return np.arange(stop)[None, :] < np.arange(start, stop)[:, None]
