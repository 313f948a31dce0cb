"""How missing answers are imputed: a choice of the user."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from campaign_effect.analyses.resampling import OnProgress
from campaign_effect.errors import UsageError
from campaign_effect.stats.design.imputations import Imputations

LIKERT: Final = ("ordered", "matching")
"""How answers on an ordered scale may be imputed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imputation:
    """Impute missing answers several times by chained equations, and pool what they give.

    The imputation model holds the outcome, every variable of the formula, the villages (a term
    for each; their means where there are more than half as many villages as respondents), the
    weights and strata that the model uses, and the auxiliary variables. A construct is imputed
    by its items, from which its scores are then made [1]_. Each variable is imputed by its
    kind: categories and answers of two values by a (multinomial) logit, answers on an ordered
    scale of the schema by an ordered logit, other numbers by predictive mean matching.
    Interactions and curves of a formula are formed from the imputed answers, whose models have
    main effects only [2]_. Respondents whose outcome was imputed stay in the analysis [4]_.

    One choice draws once for the same answers, whatever models are fitted to them: give the
    same `Imputation` to models that belong together.

    Left out all the same, and counted: who has no village or weight, who gave an answer that
    the outcome does not compare, and, unless ``asides``, who gave a non-substantive answer
    (secret, don't know) to the outcome or a variable of the formula.

    Attributes
    ----------
    m : int
        Imputations, at least 2: about 100 times the largest fraction of missing information
        [3]_.
    rounds : int
        Rounds of each chain over the incomplete variables, at least 1.
    seed : int
        Of the draws; the same seed gives the same imputations.
    likert : "ordered" or "matching"
        How answers on an ordered scale are imputed.
    auxiliary : tuple of str
        Variables outside the formula that tell something of the missing answers, or of why
        they are missing.
    asides : bool
        Whether non-substantive answers are imputed too. An imputed outcome is one of those
        compared. Seldom missing at random: see `check_missing`.
    on_progress : callable, optional
        Told how many imputations are done, and of how many.

    References
    ----------
    .. [1] Gottschall, A. C., West, S. G., & Enders, C. K. (2012). A comparison of item-level
       and scale-level multiple imputation for questionnaire batteries. Multivariate Behavioral
       Research, 47, 1-25. https://doi.org/10.1080/00273171.2012.640589
    .. [2] von Hippel, P. T. (2009). How to impute interactions, squares, and other transformed
       variables. Sociological Methodology, 39, 265-291.
       https://doi.org/10.1111/j.1467-9531.2009.01215.x
    .. [3] White, I. R., Royston, P., & Wood, A. M. (2011). Multiple imputation using chained
       equations: Issues and guidance for practice. Statistics in Medicine, 30, 377-399.
       https://doi.org/10.1002/sim.4067
    .. [4] Sullivan, T. R., Salter, A. B., Ryan, P., & Lee, K. J. (2015). Bias and precision of
       the "multiple imputation, then deletion" method for dealing with missing outcome data.
       American Journal of Epidemiology, 182, 528-534. https://doi.org/10.1093/aje/kwv100

    Examples
    --------
    >>> Imputation(m=40, seed=7).rounds
    10
    """

    m: int = 20
    rounds: int = 10
    seed: int = 1
    likert: Literal["ordered", "matching"] = "ordered"
    auxiliary: tuple[str, ...] = ()
    asides: bool = False
    on_progress: OnProgress | None = field(default=None, compare=False, repr=False)
    _drawn: dict[bytes, Imputations] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def __post_init__(self) -> None:
        is_whole = isinstance(self.m, int) and isinstance(self.rounds, int)
        if not is_whole or self.m < 2 or self.rounds < 1:
            raise UsageError(
                "Imputing needs at least 2 imputations and 1 round.",
                received=f"m={self.m!r}, rounds={self.rounds!r}",
                hint="write Imputation(m=20), say.",
            )
        if self.likert not in LIKERT:
            raise UsageError(
                f"Answers on a scale cannot be imputed by {self.likert!r}.",
                hint=f"choose one of {list(LIKERT)}.",
            )
        if isinstance(self.auxiliary, str):
            raise UsageError(
                f"The auxiliary variables are the text {self.auxiliary!r}.",
                hint=f"write auxiliary=({self.auxiliary!r},).",
            )
