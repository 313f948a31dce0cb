"""Which items go together, without a schema saying so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from campaign_effect.analyses.blocks import Items, all_items, chosen_blocks, complete_answers
from campaign_effect.analyses.factors.choices import Basis, Choices
from campaign_effect.analyses.factors.intervals import loading_bounds
from campaign_effect.analyses.factors.lines import (
    adequacy_rows,
    correlation_rows,
    factor_rows,
    fit_row,
    loading_rows,
)
from campaign_effect.analyses.factors.number import (
    chosen_number,
    eigenvalue_rows,
    suggestions,
)
from campaign_effect.analyses.factors.rows import Adequacy, FactorResult, FactorSolution
from campaign_effect.analyses.factors.solve import Found, correlate, solve
from campaign_effect.analyses.resampling import Bootstrap, cluster_codes
from campaign_effect.analyses.samples import not_weighted
from campaign_effect.results import Notice
from campaign_effect.stats.items.factors import Method
from campaign_effect.stats.items.number_of_factors import parallel_analysis
from campaign_effect.stats.items.rotation import Rotation
from campaign_effect.stats.moments.smoothing import Smoothed
from campaign_effect.survey import Survey, takes_survey

LOW_KMO: Final = 0.60
"""Below, factors are hardly worth looking for: Kaiser, H. F., & Rice, J. (1974)."""

WEAK_LOADING: Final = 0.30
"""An item that loads on no factor above this belongs to none."""

N_DRAWS: Final = 100


@takes_survey
def explore_factors(  # noqa: PLR0913 - each is a choice of its own, named by its users
    survey: Survey,
    items: Items = None,
    *,
    n_factors: int | None = None,
    extraction: Method = "minres",
    rotation: Rotation = "oblimin",
    correlations: Basis = "pearson",
    seed: int = 1,
    bootstrap: Bootstrap | None = None,
) -> FactorResult:
    """Explore the factors of items.

    Parameters
    ----------
    survey : Survey
    items : sequence or mapping of sequences of str, optional
        Columns; by default the items of all constructs.
    n_factors : int, optional
        By default Horn's parallel analysis decides: components above the 95% quantile of 100
        shuffled surveys [1]_.
    extraction : {"minres", "ml", "paf"}, default "minres"
    rotation : str, default "oblimin"
        ``"none"``, ``"varimax"`` and ``"promax"`` (with Kaiser's normalisation),
        ``"quartimax"``, ``"oblimin"``, ``"quartimin"`` or ``"geomin"``.
    correlations : {"pearson", "polychoric"}, default "pearson"
    seed : int, default 1
        Of parallel analysis and of the rotation's starts.
    bootstrap : Bootstrap, optional
        For percentile intervals of the loadings (of Pearson correlations); factors of a
        resample are brought into the order and signs of these.

    Returns
    -------
    FactorResult
        Parts ``adequacy`` (KMO, Bartlett), ``eigenvalues`` (observed, of parallel analysis,
        MAP, acceleration), ``suggestions``, ``loadings`` (sorted; communality, uniqueness,
        complexity), ``factors`` (variance explained, validity of scores),
        ``factor_correlations`` and ``fit``; the method ``scores``. Respondents who did not
        answer every item are left out and counted.

    Raises
    ------
    MissingColumnsError, UsageError
        If a column is not in the survey or no number, or a choice is none of those above.
    TooFewItemsError, TooFewRowsError, NoVariationError, CollinearityError, ConvergenceError
        If these answers have no such factors; constant items are named.

    References
    ----------
    .. [1] Auerswald, M., & Moshagen, M. (2019). How to determine the number of factors to
       retain in exploratory factor analysis: A comparison of extraction methods under
       realistic conditions. Psychological Methods, 24, 468-491.
       https://doi.org/10.1037/met0000200

    Examples
    --------
    >>> import pandas as pd
    >>> from campaign_effect.survey import read_survey
    >>> rng = np.random.default_rng(0)
    >>> answers = rng.normal(size=(200, 1)) + rng.normal(size=(200, 5))
    >>> result = explore_factors(read_survey(pd.DataFrame(answers, columns=list("abcde"))))
    >>> result.tidy("suggestions")["n_factors"].tolist()
    [1, 1, 1, 1, 1]
    """
    choices = Choices(extraction=extraction, rotation=rotation, basis=correlations, seed=seed)
    names = all_items(chosen_blocks(survey, items))
    X, sample, complete = complete_answers(survey, names, least=3)
    basis = correlate(names, X, choices.basis)
    R = basis.correlations
    parallel = parallel_analysis(
        X, n_draws=N_DRAWS, polychoric=choices.basis == "polychoric", seed=seed
    )
    m = chosen_number(parallel, len(names)) if n_factors is None else n_factors
    found = solve(names, X, R, m, choices)
    clusters = cluster_codes(survey, complete) if bootstrap else None
    bounds = loading_bounds(X, clusters, found.rotated, choices, bootstrap)
    adequacy = tuple(adequacy_rows(names, R, len(X)))
    return FactorResult(
        adequacy=adequacy,
        eigenvalues=eigenvalue_rows(parallel, R),
        suggestions=suggestions(parallel, R),
        loadings=tuple(loading_rows(found, bounds)),
        factors=tuple(factor_rows(found)),
        factor_correlations=tuple(correlation_rows(found.rotated.phi)),
        fit=(fit_row(found),),
        extraction=choices.extraction,
        rotation=choices.rotation,
        basis=choices.basis,
        n_draws=parallel.n_draws,
        solution=_solution(survey, found),
        samples=tuple((part, sample) for part in FactorResult.row_types()),
        notices=(*not_weighted(survey, "factors"), *_notices(found, adequacy, basis)),
        glossary=survey.glossary,
    )


def _solution(survey: Survey, found: Found) -> FactorSolution:
    return FactorSolution(
        items=found.items,
        correlations=found.R,
        loadings=found.rotated.loadings,
        phi=found.rotated.phi,
        criterion=found.rotated.criterion,
        means=found.X.mean(axis=0),
        deviations=found.X.std(axis=0, ddof=1),
        answers=survey.answers,
    )


def _notices(found: Found, adequacy: tuple[Adequacy, ...], basis: Smoothed) -> Iterator[Notice]:
    """Say what a reader should know of the items and the solution."""
    if adequacy[0].kmo < LOW_KMO:
        yield Notice.of("low_kmo", kmo=adequacy[0].kmo, cutoff=LOW_KMO)
    if basis.is_smoothed:
        yield Notice.of("smoothed", smallest=basis.smallest_eigenvalue)
    if found.extracted.is_bounded:
        least = int(found.extracted.uniquenesses.argmin())
        yield Notice.of("heywood_item", item=found.items[least])
    strongest = np.abs(found.rotated.loadings).max(axis=1)
    weak = [
        name for name, size in zip(found.items, strongest, strict=True) if size < WEAK_LOADING
    ]
    if weak:
        yield Notice.of("weak_items", items=tuple(weak), cutoff=WEAK_LOADING)
    own = np.abs(found.rotated.loadings) >= WEAK_LOADING
    if thin := [j + 1 for j, n in enumerate(own.sum(axis=0)) if n < 3]:
        yield Notice.of("thin_factors", factors=", ".join(map(str, thin)))
