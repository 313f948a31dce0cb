"""One model of the answers as they are, or of each of several imputations, pooled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from campaign_effect.analyses.fitting import FittedModel
from campaign_effect.analyses.inference import Inference, infer, infer_pooled
from campaign_effect.errors import UsageError
from campaign_effect.stats.moments.arrays import Floats

Quantities = Callable[[FittedModel], tuple[Floats, Floats]]
"""Gives k estimates of a model, shape (k,), and their gradients in its coefficients, (k, p)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PooledModel:
    """One model, fitted once or to every imputation.

    Attributes
    ----------
    fits : tuple of FittedModel
        One, or one an imputation; they share everything but the imputed answers.
    """

    fits: tuple[FittedModel, ...]

    @property
    def first(self) -> FittedModel:
        """The first fit, for what all of them share."""
        return self.fits[0]

    @property
    def only(self) -> FittedModel:
        """The one fit, for what is not known over imputations.

        Raises
        ------
        UsageError
            If there are several.
        """
        if len(self.fits) == 1:
            return self.first
        raise UsageError(
            f"This is not known of {self.first.formula.text!r} over several imputations.",
            hint="ask it of the complete answers: fit_effect without missing=…",
        )

    def infer(
        self, quantities: Quantities, level: float, *, is_tested: bool = True
    ) -> list[Inference]:
        """Test quantities of the model, over its imputations where there are several.

        Parameters
        ----------
        quantities : callable
        level : float
            Coverage of the intervals, in (0, 1).
        is_tested : bool
            Whether a quantity that one cluster alone informs loses its test.
        """
        found = [quantities(one) for one in self.fits]
        hidden = np.zeros(len(found[0][0]), dtype=bool)
        if is_tested:
            for one, (_, gradients) in zip(self.fits, found, strict=True):
                hidden |= np.asarray(one.inestimable(gradients), dtype=bool)
        if len(found) == 1:
            return infer(*found[0], self.first.covariance, level, hidden.tolist())
        return infer_pooled(
            np.array([estimates for estimates, _ in found]),
            [gradients for _, gradients in found],
            [one.covariance for one in self.fits],
            level,
            hidden.tolist(),
        )
