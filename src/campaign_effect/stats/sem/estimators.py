"""What an estimator is: a discrepancy, a covariance of estimates and a test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from campaign_effect.errors import UsageError, nearest_word

Measure = Literal["normal", "uls", "gls", "wls", "dwls"]
Covariance = Literal["information", "moments", "scores"]
Scaling = Literal[
    "standard", "satorra_bentler", "yuan_bentler", "mean_var_adjusted", "scaled_shifted"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimator:
    """The parts of an estimator.

    Attributes
    ----------
    name : str
        As in lavaan.
    measure : str
        The discrepancy: normal likelihood, or least squares with unit (uls), normal-theory
        (gls), full (wls) or diagonal (dwls) weights.
    is_observed : bool
        Whether observed rather than expected information is used.
    covariance : str
        Inverse information, or a sandwich with the moments' (Satorra & Bentler) or the rows'
        (Huber & White) variation.
    scaling : str
        The test beside the standard one. Continuous ULS takes the moments' normal-theory
        variation, so that its errors and its scaled test need no rows.
    """

    name: str
    measure: Measure
    is_observed: bool = False
    covariance: Covariance = "information"
    scaling: Scaling = "standard"

    @property
    def is_likelihood(self) -> bool:
        """Whether it maximises a likelihood."""
        return self.measure == "normal"


def _least_squares(name: str, measure: Measure) -> dict[str, Estimator]:
    """Return a least-squares estimator and its robust relatives, by name."""
    scalings: dict[str, Scaling] = {
        "M": "satorra_bentler",
        "MV": "scaled_shifted",
        "MVS": "mean_var_adjusted",
    }
    return {
        name + ending: Estimator(
            name=name + ending, measure=measure, covariance="moments", scaling=scaling
        )
        for ending, scaling in scalings.items()
    }


ESTIMATORS: Final[dict[str, Estimator]] = {
    "ML": Estimator(name="ML", measure="normal"),
    "MLR": Estimator(
        name="MLR",
        measure="normal",
        is_observed=True,
        covariance="scores",
        scaling="yuan_bentler",
    ),
    **_least_squares("ML", "normal"),
    "ULS": Estimator(name="ULS", measure="uls", scaling="satorra_bentler"),
    "GLS": Estimator(name="GLS", measure="gls"),
    "WLS": Estimator(name="WLS", measure="wls"),
    "DWLS": Estimator(name="DWLS", measure="dwls"),
    **_least_squares("WLS", "dwls"),
    **_least_squares("ULS", "uls"),
}


def find_estimator(name: str) -> Estimator:
    """Return the estimator of a name.

    Parameters
    ----------
    name : str
        ``ML MLM MLMV MLMVS MLR ULS ULSM ULSMV ULSMVS GLS WLS DWLS WLSM WLSMV WLSMVS``.

    Returns
    -------
    Estimator

    Raises
    ------
    UsageError
        If there is none of that name.

    Examples
    --------
    >>> find_estimator("WLSMV").scaling
    'scaled_shifted'
    """
    if name not in ESTIMATORS:
        near = nearest_word(str(name), ESTIMATORS)
        raise UsageError(
            f"No estimator is named {name!r}.",
            hint=f"did you mean {near!r}?" if near else f"choose one of {list(ESTIMATORS)}.",
        )
    return ESTIMATORS[name]
