"""Counts, means, scores and correlations equal those of plain pandas and scipy."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import campaign_effect as ce
from campaign_effect.analyses.columns import construct_scores

RTOL_SAME_FORMULA = 1e-12  # the same sums in float64


@pytest.fixture(scope="module")
def description(village_survey):
    return ce.describe_items(village_survey)


def test_items_have_the_mean_and_sd_of_their_answers(description, village_survey):
    rows = description.tidy("items").set_index("item")
    answers = village_survey.answers[list(rows.index)]
    assert_allclose(rows["mean"], answers.mean(), rtol=RTOL_SAME_FORMULA)
    assert_allclose(rows["sd"], answers.std(), rtol=RTOL_SAME_FORMULA)
    assert (rows["n"] == answers.count()).all()


def test_frequencies_are_as_asked_and_add_up(description, village_survey):
    rows = description.tidy("answers")
    totals = rows.groupby("item")["n"].sum()
    assert (totals == village_survey.answers[list(totals.index)].count()).all()
    asked = rows[rows["item"] == "trust_2"].set_index("place")["n"]
    turned = village_survey.answers["trust_2"].value_counts()
    assert asked[1] == turned[5.0]


def test_scores_are_means_of_enough_answers(description, village_survey):
    items = list(village_survey.blocks["message_trust"])
    answers = village_survey.answers[items]
    score = answers.mean(axis=1).where(answers.notna().sum(axis=1) >= 3)
    (row,) = (row for row in description.scores if row.construct == "message_trust")
    assert row.n == score.notna().sum()
    assert_allclose([row.mean, row.sd], [score.mean(), score.std()], rtol=RTOL_SAME_FORMULA)


def test_correlations_are_pearson_s_of_those_with_both_scores(village_survey):
    items = [*village_survey.blocks["message_trust"]]
    answers = village_survey.answers.copy()
    answers.loc[answers.index[::3], items] = np.nan
    survey = replace(village_survey, answers=answers)
    scores = construct_scores(survey)
    found = ce.describe_items(survey)
    for row in found.correlations:
        both = scores[[row.construct_1, row.construct_2]].dropna()
        r = stats.pearsonr(both[row.construct_1], both[row.construct_2])
        assert_allclose([row.estimate, row.p_value], [r.statistic, r.pvalue])
        assert row.n == len(both)
    assert len({row.n for row in found.correlations}) > 1
    assert "(n = 2" in ce.Report([found]).to(".txt").decode()
    assert found.sample_of("correlations").n_used == (scores.notna().sum(axis=1) > 1).sum()


def test_groups_add_up_to_the_whole(description, village_survey):
    rows = description.tidy("respondents")
    levels = rows[rows["level"].notna() & (rows["variable"] == "vote")]
    whole = levels[levels["group"].isna()].set_index("level")["n"]
    parts = levels[levels["group"].notna()].groupby("level")["n"].sum()
    missing = village_survey.answers.loc[village_survey.answers["gender"].isna(), "vote"]
    assert missing.empty
    assert (whole == parts[whole.index]).all()
    assert_allclose(levels[levels["group"].isna()]["share"].sum(), 1)


def test_alpha_stands_beside_the_scores(description, village_survey):
    alphas = ce.estimate_reliability(village_survey).tidy().set_index("construct")["alpha"]
    for row in description.scores:
        assert_allclose(row.alpha, alphas[row.construct])
        assert np.isfinite(row.alpha)
