"""Whether a test survives few villages: several methods side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from campaign_effect.analyses.effects.fit import fit_effect
from campaign_effect.analyses.effects.model import OutcomeForm
from campaign_effect.analyses.effects.regression import FittedModel
from campaign_effect.analyses.effects.rows import EffectResult, takes_effect
from campaign_effect.errors import SurveyError, UsageError
from campaign_effect.results import (
    Bounded,
    Count,
    Df,
    Literal,
    Name,
    Notice,
    Number,
    PValue,
    Result,
    Row,
    Term,
    Word,
)
from campaign_effect.stats.covariances.village_panel import (
    VillagePanel,
    unsuited_methods,
    village_panels,
)
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
    category: Literal | None
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
    Steigerwald 2017, https://doi.org/10.1162/REST_a_00639); a random intercept says itself how
    alike they are, so that both are one. ``largest_leverage`` is how many
    coefficients one cluster alone could fix; ``largest_share`` the share of the term's
    information that lies in one cluster. ``base`` is the category that ``category`` is
    compared with.
    """

    outcome: Name
    model: Word
    term: Term
    category: Literal | None
    base: Literal | None
    cluster: Name
    n_clusters: Count
    effective_low: Number
    effective_high: Number
    largest_leverage: Number
    largest_share: Bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsentMethod(Row):
    """A method that is not given, and why: of a whole model, or of one of its terms."""

    outcome: Name
    model: Word
    term: Term | None
    category: Literal | None
    method: Word
    reason: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class ClustersResult(Result):
    """The panel of few villages."""

    name: ClassVar[str] = "clusters"
    tests: tuple[ClusterTest, ...]
    facts: tuple[ClusterFacts, ...]
    absent: tuple[AbsentMethod, ...]
    level: float


@takes_effect
def check_clusters(
    effect: EffectResult, *, of: str | Sequence[str] | None = None, seed: int = 1
) -> ClustersResult:
    """Test terms of clustered models by several methods.

    Parameters
    ----------
    effect : EffectResult
        Of `fit_effect` with a clustered covariance, or a model with clusters of its own.
    of : str or sequence of str, optional
        Terms as they stand in ``effect.tidy()``; by default all but the intercept.
    seed : int, default 1
        Of the bootstrap, where its draws are not enumerated.

    Returns
    -------
    ClustersResult
        Part ``tests``: CR1 and the jackknife CV3 with *t* on G - 1, CR2 with Satterthwaite's
        degrees of freedom, the wild cluster restricted bootstrap (of a model that is not
        linear, that of the linear probability model) and, of a model of maximum likelihood
        that is not linear, the score bootstrap, each with *p* and interval; of every category
        of a multinomial model. Part ``facts``: clusters, effective clusters, leverage. Part
        ``absent``: which methods are not given, and why. A notice names every term on
        which the methods do not agree at 5%. A term that rests on one cluster alone has no
        test by any method, and a notice says so.

    Raises
    ------
    SurveyError
        If no model has clusters.
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
    absent: list[AbsentMethod] = []
    notices: list[Notice] = []
    for one in models:
        found = one.parameters
        places = _places(one, named)
        contrasts = found.contrasts[places]
        panels = village_panels(one.fit, _codes(one), contrasts, level=effect.level, seed=seed)
        absent += [_absent(one, *reason) for reason in unsuited_methods(one.fit).items()]
        for place, panel in zip(places, panels, strict=True):
            term, category = found.terms[place], found.categories[place]
            tests += _tests(one, term, category, panel)
            facts.append(_facts(one, term, category, panel))
            if not panel.pivotal.size:
                absent += [
                    _absent(one, m, "no_estimate", term, category) for m in panel.missing
                ]
        notices += _resting(one, [found.terms[place] for place in places], panels)
    return ClustersResult(
        tests=tuple(tests),
        facts=tuple(facts),
        absent=tuple(absent),
        level=effect.level,
        samples=(
            *((part, effect.sample) for part in ("tests", "facts", "absent")),
            *effect.samples[2:],
        ),
        notices=(*notices, *_disagreements(tests)),
        glossary=effect.glossary,
    )


def check_survey_clusters(survey: Survey, *, seed: int = 1) -> ClustersResult:
    """Test every exposure of every outcome of the schema by several methods."""
    exposures = [exposure.variable for exposure in survey.schema.roles.exposures]
    effect = fit_effect(survey)
    terms = [t for t in effect.models[0].design.terms if t.partition("[")[0] in exposures]
    return check_clusters(effect, of=terms, seed=seed)


def _places(one: FittedModel, of: Sequence[str] | None) -> list[int]:
    """Find the parameters of the terms asked, in every category."""
    found = one.parameters
    slopes = [k for k, is_slope in enumerate(found.is_slope) if is_slope]
    if of is None:
        return [k for k in slopes if found.terms[k] != "Intercept"]
    if unknown := [term for term in of if term not in one.design.terms]:
        raise UsageError(
            f"No model has the term {unknown[0]!r}.", hint=f"terms: {list(one.design.terms)}."
        )
    return [k for term in of for k in slopes if found.terms[k] == term]


def _absent(
    one: FittedModel,
    method: str,
    why: str,
    term: str | None = None,
    category: str | None = None,
) -> AbsentMethod:
    return AbsentMethod(
        outcome=one.formula.outcome,
        model=f"model.{one.model.name}",
        term=term,
        category=category,
        method=f"method.{method}",
        reason=f"absent.{why}",
    )


def _resting(
    one: FittedModel, terms: Sequence[str], panels: Sequence[VillagePanel]
) -> Iterator[Notice]:
    """Name the terms that rest on one cluster alone."""
    pairs = zip(terms, panels, strict=True)
    alone = tuple(dict.fromkeys(term for term, panel in pairs if panel.pivotal.size))
    if alone:
        outcome, cluster = one.formula.outcome, _cluster(one)
        yield Notice.of("one_cluster_only", outcome=outcome, cluster=cluster, terms=alone)


def _cluster(one: FittedModel) -> str:
    return str(one.vcov.cluster or one.model.cluster_column)


def _tests(
    one: FittedModel, term: str, category: str | None, panel: VillagePanel
) -> Iterator[ClusterTest]:
    for test in panel.tests:
        yield ClusterTest(
            outcome=one.formula.outcome,
            model=f"model.{one.model.name}",
            term=term,
            category=category,
            method=f"method.{test.method}",
            estimate=test.estimate,
            std_error=test.std_error,
            statistic=_finite(test.statistic),
            df=test.df,
            p_value=_finite(test.p_value),
            conf_low=_finite(test.conf_low),
            conf_high=_finite(test.conf_high),
        )


def _facts(
    one: FittedModel, term: str, category: str | None, panel: VillagePanel
) -> ClusterFacts:
    is_nominal = one.model.form is OutcomeForm.NOMINAL
    return ClusterFacts(
        outcome=one.formula.outcome,
        model=f"model.{one.model.name}",
        term=term,
        category=category,
        base=one.categories[0] if is_nominal and one.categories else None,
        cluster=_cluster(one),
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
    category: str | None
    agree: bool
    low: float
    high: float
    n: int

    @property
    def suffix(self) -> str:
        """Of the messages that name the category too, where there is one."""
        return "" if self.category is None else "_in"

    @property
    def facts(self) -> dict[str, str | int | float]:
        """What a sentence says of it."""
        named = {} if self.category is None else {"category": self.category}
        numbers = {"n": self.n, "low": self.low, "high": self.high}
        return {"outcome": self.outcome, "term": self.term, **named, **numbers}


def verdicts(tests: Sequence[ClusterTest]) -> list[Verdict]:
    """Hold the methods of every term against each other."""
    groups: dict[tuple[str, str, str | None], list[float]] = {}
    for test in tests:
        if test.p_value is not None:
            key = (test.outcome, test.term, test.category)
            groups.setdefault(key, []).append(test.p_value)
    return [
        Verdict(
            outcome=outcome,
            term=term,
            category=category,
            agree=len({p_value < LEVEL_OF_TEST for p_value in found}) == 1,
            low=min(found),
            high=max(found),
            n=len(found),
        )
        for (outcome, term, category), found in groups.items()
    ]


def _disagreements(tests: Sequence[ClusterTest]) -> Iterator[Notice]:
    for one in verdicts(tests):
        if not one.agree:
            yield Notice.of(f"methods_differ{one.suffix}", **one.facts)


def _codes(one: FittedModel) -> Integers:
    if one.codes is None:
        raise TypeError("A model without clusters has no codes.")
    return one.codes


def _finite(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else float(value)
