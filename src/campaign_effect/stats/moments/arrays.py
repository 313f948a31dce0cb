"""Words for arrays: their types, and making one read-only."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

Values = TypeVar("Values", bound=NDArray[Any])


def frozen(array: Values) -> Values:
    """Return the array, read-only from now on.

    Parameters
    ----------
    array : ndarray
        An array that its maker hands over to a record.

    Returns
    -------
    ndarray
        The same array; writing to it raises ``ValueError``.

    Examples
    --------
    >>> frozen(np.zeros(2)).flags.writeable
    False
    """
    array.setflags(write=False)
    return array
