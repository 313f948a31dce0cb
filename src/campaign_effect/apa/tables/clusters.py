"""Tables of tests with few villages."""

from __future__ import annotations

from campaign_effect.analyses.effects.clusters import ClustersResult, ClusterTest
from campaign_effect.apa.blocks import Line, Table, Text
from campaign_effect.apa.tables.generic import grouped, heads, sample_note, tables, values


@tables.register
def _(result: ClustersResult) -> tuple[Table, ...]:
    return tuple(
        _panel(result, outcome, rows)
        for outcome, rows in grouped(result.tests, "outcome").items()
    )


def _panel(result: ClustersResult, outcome: str, rows: list[ClusterTest]) -> Table:
    """Give each term its methods; what its clusters tell stands in the term's own line."""
    facts = {fact.term: fact for fact in result.facts if fact.outcome == outcome}
    columns = ("method", "estimate", "std_error", "df", "p_value", "conf_low:conf_high")
    lines: list[Line] = []
    for term, tests in grouped(rows, "term").items():
        fact = facts[term]
        head = Text.of(
            "word.cluster_facts",
            term=term,
            low=fact.effective_low,
            high=fact.effective_high,
            share=fact.largest_share,
        )
        lines.append(Line(cells=(head,)))
        lines += [Line(cells=values(test, *columns), indent=1) for test in tests]
    fact = next(iter(facts.values()))
    return Table(
        id=f"clusters_{outcome}",
        title=Text.of("title.clusters.tests", outcome=outcome),
        heads=heads(
            "method", "estimate", "std_error", "df", "p_value", "ci", level=result.level
        ),
        lines=tuple(lines),
        notes=(
            (
                Text.of("note.clusters", cluster=fact.cluster, n=fact.n_clusters),
                *sample_note(result.sample_of(outcome)),
            ),
        ),
        glossary=result.glossary,
    )
