"""Tables of tests with few villages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from campaign_effect.analyses.effects.choices import Lpm, Ols
from campaign_effect.analyses.effects.clustered_models import RandomIntercept
from campaign_effect.analyses.effects.clusters import (
    AbsentMethod,
    ClusterFacts,
    ClustersResult,
    ClusterTest,
)
from campaign_effect.apa.blocks import Line, Table, Text
from campaign_effect.apa.tables.generic import grouped, heads, sample_note, tables, values

RANDOM_INTERCEPT: Final = f"model.{RandomIntercept.name}"
LINEAR: Final = {f"model.{model.name}" for model in (Ols, Lpm)}


@tables.register
def _(result: ClustersResult) -> tuple[Table, ...]:
    return tuple(
        _panel(result, outcome, rows)
        for outcome, rows in grouped(result.tests, "outcome").items()
    )


def _panel(result: ClustersResult, outcome: str, rows: list[ClusterTest]) -> Table:
    """Give each term its methods, those of a category under its heading."""
    facts = [fact for fact in result.facts if fact.outcome == outcome]
    absent = [one for one in result.absent if one.outcome == outcome]
    lines: list[Line] = []
    for category, tests in grouped(rows, "category").items():
        same = {fact.term: fact for fact in facts if fact.category == category}
        if category is not None:
            lines.append(Line(cells=(_equation(next(iter(same.values()))),)))
        for term, found in grouped(tests, "term").items():
            lines += _term(same[term], found, indent=int(category is not None))
    return Table(
        id=f"clusters_{outcome}",
        title=Text.of("title.clusters.tests", outcome=outcome),
        heads=heads(
            "method", "estimate", "std_error", "df", "p_value", "ci", level=result.level
        ),
        lines=tuple(lines),
        notes=(
            (
                *_explained(facts, rows),
                *_absent(absent),
                *sample_note(result.sample_of(outcome)),
            ),
        ),
        glossary=result.glossary,
    )


def _equation(fact: ClusterFacts) -> Text:
    """Name a category and the base it is compared with, or the threshold of freed terms."""
    if fact.base is None:
        return Text.of("word.above_threshold", threshold=fact.category)
    one, other = (f"{fact.outcome}={name}" for name in (fact.category, fact.base))
    return Text.of("word.versus", one=one, other=other)


def _term(fact: ClusterFacts, tests: list[ClusterTest], *, indent: int) -> Iterator[Line]:
    """Say what the clusters tell of a term in its own line, and a method a line below."""
    columns = ("method", "estimate", "std_error", "df", "p_value", "conf_low:conf_high")
    told: dict[str, str | float] = {
        "term": fact.term,
        "share": fact.largest_share,
        "high": fact.effective_high,
    }
    if _is_modelled(fact):
        head = Text.of("word.cluster_facts_alone", **told)
    else:
        head = Text.of("word.cluster_facts", low=fact.effective_low, **told)
    yield Line(cells=(head,), indent=indent)
    for test in tests:
        yield Line(cells=values(test, *columns), indent=indent + 1)


def _is_modelled(fact: ClusterFacts) -> bool:
    """Tell whether the model itself says how alike answers of a cluster are."""
    return fact.model == RANDOM_INTERCEPT


def _explained(facts: list[ClusterFacts], rows: list[ClusterTest]) -> Iterator[Text]:
    """Explain what stands in the table."""
    yield Text.of("note.clusters", cluster=facts[0].cluster, n=facts[0].n_clusters)
    alone = "_alone" if _is_modelled(facts[0]) else ""
    yield Text(id=f"note.effective_clusters{alone}")
    yield Text(id="note.cluster_methods")
    has_wild = any(row.method == "method.wild" for row in rows)
    if has_wild and facts[0].model not in LINEAR:
        yield Text(id="note.wild_is_linear")


def _absent(rows: list[AbsentMethod]) -> Iterator[Text]:
    """Say which methods are not given, of a model or of terms."""
    groups: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        groups.setdefault((row.method, row.reason), []).extend([row.term] if row.term else [])
    for (method, reason), terms in groups.items():
        if terms:
            names = tuple(dict.fromkeys(terms))
            yield Text.of("note.not_given_of", terms=names, method=method, reason=reason)
        else:
            yield Text.of("note.not_given", method=method, reason=reason)
