"""Small counts are hidden in tables of respondents and answers, and cannot be worked out."""

import json

import numpy as np
import pandas as pd
import pytest

import campaign_effect as ce
from campaign_effect.schema.model import Schema

MIN_CELL = 5
POINTS = [{"code": code} for code in range(1, 6)]


def small_survey(seed, n=60, **more):
    """A few villages, some with next to nobody, and items that few answer at the ends."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "village": rng.choice(list("ABCD"), n, p=[0.5, 0.3, 0.15, 0.05]),
            "party": rng.choice(list("pqrst"), n, p=[0.4, 0.3, 0.2, 0.07, 0.03]),
            "sex": rng.choice(["f", "m"], n),
            "age": rng.integers(18, 70, n),
            "q1": rng.binomial(4, 0.7, n) + 1,
            "q2": rng.binomial(4, 0.5, n) + 1,
            "w": rng.uniform(0.5, 2, n),
        }
    )
    frame.loc[rng.random(n) < 0.1, "party"] = ""
    schema = {
        "name": "s",
        "scales": [{"name": "agree", "points": POINTS}],
        "constructs": [
            {
                "name": "trust",
                "scale": "agree",
                "items": [{"name": "q1", "column": "q1"}, {"name": "q2", "column": "q2"}],
            }
        ],
        "variables": [
            *({"name": name, "column": name} for name in ("village", "party", "sex")),
            {"name": "age", "column": "age", "low": 0},
            {"name": "w", "column": "w", "type": "number"},
        ],
        **{"roles": {"group": "village"}, **more},
    }
    return frame, ce.read_survey(frame, Schema.model_validate(schema))


def published(description, variable, groups):
    """The counts an attacker sees: nan where hidden; totals from counts over shares."""
    rows = pd.DataFrame(description.tidy("respondents"))
    rows = rows[rows["variable"] == variable].fillna({"group": "all"})
    counts = rows.pivot(index="level", columns="group", values="n").astype(float)
    shares = rows.pivot(index="level", columns="group", values="share").astype(float)
    totals = (counts / shares).where(counts > 0).max().round()
    table = pd.concat([counts, totals.rename("total").to_frame().T])
    return table[[*groups, "all"]].to_numpy()


def worked_out(table):
    """Fill what sums give away, as long as anything new is found."""
    table = table.copy()
    while True:
        before = np.isnan(table).sum()
        for view in (table, table.T):
            for line in view:
                unknown = np.flatnonzero(np.isnan(line))
                if len(unknown) == 1:
                    signs = np.append(np.ones(len(line) - 1), -1.0)
                    rest = np.nansum(signs * line)
                    line[unknown[0]] = -rest / signs[unknown[0]]
        if np.isnan(table).sum() == before:
            return table


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("variable", ["party", "sex"])
def test_an_attacker_finds_no_small_count_of_respondents(seed, variable):
    frame, survey = small_survey(seed)
    groups = [f"village={v}" for v in sorted(frame["village"].unique())]
    description = ce.describe_items(survey)
    found = worked_out(published(description, variable, groups))[:-1]
    frame = frame[frame[variable] != ""]
    truth = pd.crosstab(frame[variable], frame["village"], margins=True).to_numpy()[:-1]
    known = ~np.isnan(found)
    np.testing.assert_array_equal(found[known], truth[known])
    assert not ((found > 0) & (found < MIN_CELL))[:, :-1].any()


@pytest.mark.parametrize("seed", range(12))
def test_means_of_a_few_respondents_are_hidden_with_those_of_another_group(seed):
    frame, survey = small_survey(seed)
    rows = ce.describe_items(survey).tidy("respondents")
    ages = rows[(rows["variable"] == "age") & rows["group"].notna()]
    sizes = frame["village"].value_counts().sort_index()
    hidden = ages["is_suppressed"].to_numpy()
    assert hidden[(sizes < MIN_CELL).to_numpy()].all()
    assert ages.loc[ages["is_suppressed"], ["n", "mean", "sd"]].isna().all(axis=None)
    assert hidden.sum() != 1


@pytest.mark.parametrize("seed", range(12))
def test_small_frequencies_of_answers_are_hidden_with_another_one(seed):
    frame, survey = small_survey(seed)
    rows = ce.describe_items(survey).tidy("answers")
    for item in ("q1", "q2"):
        own = rows[rows["item"] == item]
        truth = frame[item].value_counts().reindex(range(1, 6), fill_value=0).to_numpy()
        is_small = (truth > 0) & (truth < MIN_CELL)
        hidden = own["is_suppressed"].to_numpy()
        assert hidden[is_small].all()
        assert not is_small.any() or truth[hidden].sum() >= MIN_CELL
        assert hidden.sum() != 1
        assert (
            own.loc[own["is_suppressed"], ["n", "share", "share_on_scale"]]
            .isna()
            .all(axis=None)
        )


@pytest.mark.parametrize("seed", range(6))
def test_means_and_deviations_do_not_tell_the_hidden_answers(seed):
    """Another survey with other small counts publishes the very same numbers."""
    frame, survey = small_survey(seed, n=30)
    description = ce.describe_items(survey)
    answers, items = description.tidy("answers"), description.tidy("items").set_index("item")
    for item in ("q1", "q2"):
        truth = frame[item].value_counts().reindex(range(1, 6), fill_value=0).to_numpy()
        shown = answers[answers["item"] == item]["n"].astype(float).to_numpy()
        is_small = (truth > 0) & (truth < MIN_CELL)
        moments = items.loc[item, ["n", "mean", "sd"]].astype(float)
        ways = tables_of(int(moments["n"]), shown)
        if not np.isnan(moments["mean"]):
            means = ways @ np.arange(1, 6) / moments["n"]
            squares = ways @ np.arange(1, 6) ** 2 - moments["n"] * means**2
            sds = np.sqrt(squares.clip(0) / (moments["n"] - 1))
            fits = np.isclose(means, moments["mean"]) & np.isclose(sds, moments["sd"])
            ways = ways[fits]
        for place in np.flatnonzero(is_small):
            assert len(np.unique(ways[:, place])) > 1


def tables_of(n, shown):
    """Every table of n answers with the counts that are shown."""
    hidden = np.flatnonzero(np.isnan(shown))
    if not len(hidden):
        return shown[None].astype(int)
    free = int(n - np.nansum(shown))
    grids = np.meshgrid(*[np.arange(free + 1)] * (len(hidden) - 1), indexing="ij")
    parts = np.array([grid.ravel() for grid in grids]).reshape(len(hidden) - 1, -1)
    last = free - parts.sum(axis=0)
    filled = np.vstack([parts, last])[:, last >= 0].T
    tables = np.tile(np.nan_to_num(shown).astype(int), (len(filled), 1))
    tables[:, hidden] = filled
    return tables


def test_the_mean_of_zeros_and_ones_is_hidden_like_a_count():
    frame, _ = small_survey(1)
    frame["radio"] = (np.arange(len(frame)) < 3).astype(int)
    frame["wa"] = (np.arange(len(frame)) % 2).astype(int)
    variables = [
        {"name": "village", "column": "village"},
        *({"name": name, "column": name, "type": "number"} for name in ("radio", "wa")),
    ]
    schema = Schema.model_validate({"name": "s", "variables": variables})
    rows = ce.describe_items(ce.read_survey(frame, schema)).tidy("respondents")
    rows = rows.set_index("variable")
    assert rows.loc["radio", ["mean", "sd"]].isna().all()
    assert (rows.loc["radio", "n"], rows.loc["radio", "is_suppressed"]) == (60, True)
    assert rows.loc["wa", "mean"] == 0.5


def test_moments_of_fewer_than_the_smallest_count_are_hidden():
    _, survey = small_survey(1, n=4)
    description = ce.describe_items(survey)
    for part in ("items", "scores"):
        rows = description.tidy(part)
        assert rows["is_suppressed"].all()
        assert rows[["mean", "sd"]].isna().all(axis=None)
    text = ce.Report([description]).to(".md").decode()
    assert "None" not in text
    assert "nan" not in text.lower()


def test_a_larger_threshold_hides_more_and_one_hides_nothing():
    _, survey = small_survey(1)
    hidden = [
        ce.describe_items(survey, min_cell=k).tidy("respondents")["is_suppressed"].sum()
        for k in (1, 3, 5, 12)
    ]
    assert hidden[0] == 0
    assert hidden == sorted(hidden)
    assert hidden[-1] > hidden[1] > 0


def test_the_schema_s_threshold_is_the_default():
    _, survey = small_survey(1, min_cell=1)
    assert not ce.describe_items(survey).tidy("respondents")["is_suppressed"].any()


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("suffix", [".md", ".csv", ".html"])
def test_hidden_counts_are_marked_and_explained(language, suffix):
    report = ce.Report([ce.describe_items(small_survey(1)[1])], language=language)
    text = report.to(suffix).decode()
    assert "[c]" in text.replace("\\", "")
    assert "NaN" not in text
    assert report.pictures


def test_results_hold_nothing_of_what_is_hidden():
    from campaign_effect.report.records import as_json, record_results

    _, survey = small_survey(1)
    record = json.loads(as_json(record_results([ce.describe_items(survey)], ())))
    rows = record["results"]["description"]["parts"]["respondents"]
    hidden = [row for row in rows if row["is_suppressed"]]
    assert hidden
    assert all(row["mean"] is None and row["share"] is None for row in hidden)


def test_weights_enter_shares_and_means_but_not_counts():
    frame, survey = small_survey(3, n=200, roles={"group": "sex", "weight": "w"})
    description = ce.describe_items(survey)
    rows = description.tidy("respondents")
    ages = rows[(rows["variable"] == "age") & (rows["group"] == "sex=f")].iloc[0]
    women = frame[frame["sex"] == "f"]
    np.testing.assert_allclose(ages["mean"], np.average(women["age"], weights=women["w"]))
    assert ages["n"] == len(women)
    item = description.tidy("items").set_index("item").loc["q1"]
    np.testing.assert_allclose(item["mean"], np.average(frame["q1"], weights=frame["w"]))
    (weighting,) = description.weighting
    effect = 200 * (frame["w"] ** 2).sum() / frame["w"].sum() ** 2
    np.testing.assert_allclose(weighting.design_effect, effect)
    np.testing.assert_allclose(weighting.effective_n, 200 / effect)
    assert "w" not in set(rows["variable"])
    assert "1." in ce.Report([description]).to(".md").decode()


def test_equal_weights_change_nothing():
    frame, plain = small_survey(4)
    frame["w"] = 3.0
    schema = plain.schema.model_copy(
        update={"roles": plain.schema.roles.model_copy(update={"weight": "w"})}
    )
    weighted = ce.describe_items(ce.read_survey(frame, schema))
    for part in ("items", "answers", "scores"):
        pd.testing.assert_frame_equal(weighted.tidy(part), ce.describe_items(plain).tidy(part))
