"""Whether a test survives few villages: several methods side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from campaign_effect.analyses.effects.fit import fit_effect
from campaign_effect.analyses.effects.regression import FittedModel
from campaign_effect.analyses.effects.rows import EffectResult, takes_effect
from campaign_effect.errors import SurveyError, UsageError
from campaign_effect.results import (
    Bounded,
    Count,
    Df,
    Name,
    Notice,
    Number,
    PValue,
    Result,
    Row,
    Term,
    Word,
)
from campaign_effect.stats.covariances.village_panel import VillagePanel, village_panel
from campaign_effect.stats.models.weighted import WeightedFit
from campaign_effect.stats.moments.arrays import Integers
from campaign_effect.survey import Survey

LEVEL_OF_TEST: Final = 0.05
"""At which the methods are said to agree or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterTest(Row):
    """One term tested by one method."""

    outcome: Name
    model: Word
    term: Term
    method: Word
    estimate: Number
    std_error: Number | None
    statistic: Number | None
    df: Df | None
    p_value: PValue | None
    conf_low: Number | None
    conf_high: Number | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterFacts(Row):
    """What the clusters tell about one term.

    ``effective_low`` and ``effective_high`` bound the number of equal clusters that would tell
    as much: with answers of a cluster all alike, and with none alike (Carter, Schnepel &
    Steigerwald 2017, https://doi.org/10.1162/REST_a_00639); ``largest_leverage`` is how many
    coefficients one cluster alone could fix; ``largest_share`` the share of the term's
    information that lies in one cluster.
    """

    outcome: Name
    model: Word
    term: Term
    cluster: Name
    n_clusters: Count
    effective_low: Number
    effective_high: Number
    largest_leverage: Number
    largest_share: Bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class ClustersResult(Result):
    """The panel of few villages."""

    name: ClassVar[str] = "clusters"
    tests: tuple[ClusterTest, ...]
    facts: tuple[ClusterFacts, ...]
    level: float


@takes_effect
def check_clusters(
    effect: EffectResult, *, of: str | Sequence[str] | None = None, seed: int = 1
) -> ClustersResult:
    """Test terms of clustered models by several methods.

    Parameters
    ----------
    effect : EffectResult
        Of `fit_effect` with a clustered covariance (CR0, CR1 or CR2).
    of : str or sequence of str, optional
        Terms as they stand in ``effect.tidy()``; by default all but the intercept.
    seed : int, default 1
        Of the bootstrap, where its draws are not enumerated.

    Returns
    -------
    ClustersResult
        Part ``tests``: CR1 and the jackknife CV3 with *t* on G - 1, CR2 with Satterthwaite's
        degrees of freedom, the wild cluster restricted bootstrap (for a logit, of the linear
        probability model) and, for a logit, the score bootstrap, each with *p* and interval;
        part ``facts``: clusters, effective clusters, leverage. A notice names every term on
        which the methods do not agree at 5%. A term that rests on one cluster alone has no
        test by any method.

    Raises
    ------
    SurveyError
        If no model has a clustered covariance.
    UsageError
        If a term is in no model.

    References
    ----------
    .. [1] MacKinnon, J. G., Nielsen, M. Ø., & Webb, M. D. (2023). Cluster-robust inference: A
       guide to empirical practice. Journal of Econometrics, 232, 272-299.
       https://doi.org/10.1016/j.jeconom.2022.04.001
    """
    models = [one for one in effect.models if one.codes is not None]
    if not models:
        raise SurveyError(
            "No model has clusters.",
            hint="fit it with vcov=CR2(cluster=…), or name a cluster in the schema.",
        )
    named = [of] if isinstance(of, str) else of
    tests: list[ClusterTest] = []
    facts: list[ClusterFacts] = []
    for one in models:
        for place in _places(one, named):
            contrast = np.eye(len(one.design.terms))[place]
            fit = one.fit if isinstance(one.fit, WeightedFit) else one.single
            panel = village_panel(fit, _codes(one), contrast, level=effect.level, seed=seed)
            tests += _tests(one, place, panel)
            facts.append(_facts(one, place, panel))
    return ClustersResult(
        tests=tuple(tests),
        facts=tuple(facts),
        level=effect.level,
        samples=(("tests", effect.sample), ("facts", effect.sample), *effect.samples[2:]),
        notices=tuple(_disagreements(tests)),
        glossary=effect.glossary,
    )


def check_survey_clusters(survey: Survey, *, seed: int = 1) -> ClustersResult:
    """Test every exposure of every outcome of the schema by several methods."""
    exposures = [exposure.variable for exposure in survey.schema.roles.exposures]
    effect = fit_effect(survey)
    terms = [t for t in effect.models[0].design.terms if t.partition("[")[0] in exposures]
    return check_clusters(effect, of=terms, seed=seed)


def _places(one: FittedModel, of: Sequence[str] | None) -> list[int]:
    terms = one.design.terms
    if of is None:
        return [place for place, term in enumerate(terms) if term != "Intercept"]
    if unknown := [term for term in of if term not in terms]:
        raise UsageError(
            f"No model has the term {unknown[0]!r}.", hint=f"terms: {list(terms)}."
        )
    return [terms.index(term) for term in of]


def _tests(one: FittedModel, place: int, panel: VillagePanel) -> Iterator[ClusterTest]:
    for test in panel.tests:
        yield ClusterTest(
            outcome=one.formula.outcome,
            model=f"model.{one.model.name}",
            term=one.design.terms[place],
            method=f"method.{test.method}",
            estimate=test.estimate,
            std_error=test.std_error,
            statistic=_finite(test.statistic),
            df=test.df,
            p_value=_finite(test.p_value),
            conf_low=_finite(test.conf_low),
            conf_high=_finite(test.conf_high),
        )


def _facts(one: FittedModel, place: int, panel: VillagePanel) -> ClusterFacts:
    return ClusterFacts(
        outcome=one.formula.outcome,
        model=f"model.{one.model.name}",
        term=one.design.terms[place],
        cluster=str(one.vcov.cluster),
        n_clusters=panel.n_clusters,
        effective_low=min(panel.effective_worst, panel.effective_equal),
        effective_high=max(panel.effective_worst, panel.effective_equal),
        largest_leverage=float(panel.leverage.max()),
        largest_share=float(panel.partial_leverage.max()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether the methods agree on one term at 5%, and how far their *p* lie apart."""

    outcome: str
    term: str
    agree: bool
    low: float
    high: float
    n: int


def verdicts(tests: Sequence[ClusterTest]) -> list[Verdict]:
    """Hold the methods of every term against each other."""
    groups: dict[tuple[str, str], list[float]] = {}
    for test in tests:
        if test.p_value is not None:
            groups.setdefault((test.outcome, test.term), []).append(test.p_value)
    return [
        Verdict(
            outcome=outcome,
            term=term,
            agree=len({p_value < LEVEL_OF_TEST for p_value in found}) == 1,
            low=min(found),
            high=max(found),
            n=len(found),
        )
        for (outcome, term), found in groups.items()
    ]


def _disagreements(tests: Sequence[ClusterTest]) -> Iterator[Notice]:
    for one in verdicts(tests):
        if not one.agree:
            yield Notice.of(
                "methods_differ",
                outcome=one.outcome,
                term=one.term,
                n=one.n,
                low=one.low,
                high=one.high,
            )


def _codes(one: FittedModel) -> Integers:
    if one.codes is None:
        raise TypeError("A model without clusters has no codes.")
    return one.codes


def _finite(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else float(value)
