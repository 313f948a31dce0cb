"""One model of the answers as they are, or of each of several imputations, pooled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from campaign_effect.analyses.columns import known_columns
from campaign_effect.analyses.effects.choices import Model
from campaign_effect.analyses.effects.covariances import Vcov
from campaign_effect.analyses.effects.formulas import CheckedFormula, check_formula
from campaign_effect.analyses.effects.imputation import Imputation
from campaign_effect.analyses.effects.imputing import Incomplete, find_incomplete
from campaign_effect.analyses.effects.regression import FittedModel, fit_completed, fit_model
from campaign_effect.analyses.inference import Inference, infer, infer_pooled
from campaign_effect.errors import UsageError
from campaign_effect.stats.design.imputations import Imputations
from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.survey import Survey

Quantities = Callable[[FittedModel], tuple[Floats, Floats]]
"""Gives k estimates of a model, shape (k,), and their gradients in its coefficients, (k, p)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Imputed:
    """What an imputation was asked for, and its draws.

    Attributes
    ----------
    choice : Imputation
    incomplete : Incomplete
    draws : Imputations or None
        None where nothing was missing.
    """

    choice: Imputation
    incomplete: Incomplete
    draws: Imputations | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PooledModel:
    """One model, fitted once or to every imputation.

    Attributes
    ----------
    fits : tuple of FittedModel
        One, or one an imputation; they share everything but the imputed answers.
    imputed : Imputed, optional
        What was imputed, where it was asked for.
    """

    fits: tuple[FittedModel, ...]
    imputed: Imputed | None = None

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


def fit_pooled(
    survey: Survey,
    formula: str,
    model: Model,
    vcov: Vcov,
    weights: str | None,
    missing: Imputation | None,
) -> PooledModel:
    """Fit one model to the complete answers, or to each imputation of them.

    Raises
    ------
    FormulaError, MissingColumnsError, UsageError, SurveyError, SeparationError,
    CollinearityError
        See `campaign_effect.fit_effect`.
    """
    if missing is None:
        return PooledModel(fits=(fit_model(survey, formula, model, vcov, weights),))
    if not isinstance(missing, Imputation):
        raise UsageError(
            f"Missing answers cannot be treated by {missing!r}.",
            hint="leave it out for listwise deletion, or use missing=Imputation(m=20).",
        )
    checked = check_formula(formula, known_columns(survey))
    incomplete = find_incomplete(survey, checked, model, vcov, weights, missing)
    return fit_imputations(incomplete, checked, model, vcov, missing)


def fit_imputations(
    incomplete: Incomplete,
    formula: CheckedFormula,
    model: Model,
    vcov: Vcov,
    choice: Imputation,
    deltas: Mapping[str, float] | None = None,
) -> PooledModel:
    """Impute answers, and fit a model to each imputation."""
    draws = incomplete.impute(choice, deltas)
    completed = [incomplete.completed(full) for full in incomplete.full(draws)]
    weights, sample = incomplete.weights, incomplete.sample
    return PooledModel(
        fits=fit_completed(formula, completed, model, vcov, sample, weights),
        imputed=Imputed(choice=choice, incomplete=incomplete, draws=draws),
    )


def fit_again(pooled: PooledModel, formula: str) -> PooledModel:
    """Fit another formula of the same variables to the same answers or imputations.

    Parameters
    ----------
    pooled : PooledModel
    formula : str
        Whose variables are among those of the model.

    Raises
    ------
    FormulaError, SurveyError, SeparationError, CollinearityError
        See `campaign_effect.fit_effect`.
    """
    one = pooled.first
    completed = [fit.answers for fit in pooled.fits]
    checked = check_formula(formula, list(map(str, one.answers)))
    fits = fit_completed(checked, completed, one.model, one.vcov, one.sample, one.weights)
    return PooledModel(fits=fits, imputed=pooled.imputed)
