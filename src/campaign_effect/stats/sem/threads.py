"""One thread for matrices too small to share."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec, TypeVar

from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]  # has no types

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


def single_threaded(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Make a function's linear algebra use one thread.

    A model's matrices are small: waiting for a second thread costs more than it saves, up to 30
    times where other work keeps the cores busy.

    Parameters
    ----------
    function : callable
        What is to be run so.

    Returns
    -------
    callable
        The same function otherwise.

    Examples
    --------
    >>> single_threaded(abs)(-1)
    1
    """

    @wraps(function)
    def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        with _controller().limit(limits=1, user_api="blas"):
            return function(*args, **kwargs)

    return run
