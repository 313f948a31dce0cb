"""Factor scores of the respondents."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from campaign_effect.analyses.sem.rows import ConfirmatoryResult, takes_factors
from campaign_effect.errors import UsageError
from campaign_effect.stats.sem.ordinal_scores import ordinal_factor_scores
from campaign_effect.stats.sem.scores import FactorScores, factor_scores

Method = Literal["regression", "bartlett", "ebm"]


@takes_factors
def score_factors(result: ConfirmatoryResult, *, method: Method | None = None) -> pd.DataFrame:
    """Estimate every respondent's place on the factors.

    Parameters
    ----------
    result : ConfirmatoryResult
        Of ``confirm_factors`` or ``fit_sem``, fitted to answers.
    method : {"regression", "bartlett", "ebm"}, optional
        Regression (shrunken) or Bartlett (unbiased) scores of numbers; the mode of what
        ordered answers leave probable (empirical Bayes). By default regression or ebm.

    Returns
    -------
    DataFrame
        A row for each respondent used, labelled as in ``survey.answers``; for each factor its
        score and, named with ``_se``, its standard error. Scores are estimates: relations
        between them are not those of the factors.

    Raises
    ------
    UsageError
        If the method does not fit the answers, or there are none.

    Examples
    --------
    >>> import numpy as np
    >>> from campaign_effect.analyses.sem.confirm import confirm_factors
    >>> rng = np.random.default_rng(1)
    >>> answers = rng.normal(size=(200, 1)) + rng.normal(size=(200, 3))
    >>> frame = pd.DataFrame(answers, columns=["a", "b", "c"])
    >>> result = confirm_factors(frame, "f =~ a + b + c", estimator="ML")
    >>> score_factors(result).shape
    (200, 2)
    """
    fitted = result.fitted
    if fitted.answers is None or fitted.coding is None:
        raise UsageError("Summary statistics have no respondents to score.")
    is_ordinal = bool(fitted.coding.is_ordinal.any())
    if is_ordinal and not fitted.coding.codes:
        raise UsageError(
            "Scores of ordered answers are of models without numbers among the variables.",
            hint="score the measurement model: leave out predictors and numeric outcomes.",
        )
    method = method or ("ebm" if is_ordinal else "regression")
    if is_ordinal != (method == "ebm"):
        kind = "ordered answers" if is_ordinal else "numbers"
        raise UsageError(
            f"{method!r} scores are not for {kind}.",
            hint="leave the method out; it is chosen by the answers.",
        )
    if method == "ebm":
        scores = ordinal_factor_scores(fitted.solution, fitted.coding.codes)
    else:
        scores = factor_scores(fitted.solution, fitted.answers.rows, method=method)
    factors = fitted.solution.table.latent
    pairs = zip(scores, fitted.answers.respondents, strict=True)
    return pd.concat([_frame(own, factors, whose) for own, whose in pairs])


def _frame(scores: FactorScores, factors: tuple[str, ...], whose: pd.Index) -> pd.DataFrame:
    columns = {}
    for i, factor in enumerate(factors):
        columns[factor] = scores.values[:, i]
        columns[f"{factor}_se"] = scores.std_errors[:, i]
    return pd.DataFrame(columns, index=whose)
