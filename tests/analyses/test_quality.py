"""The quality check counts what was planted, and excludes only when told."""

import pandas as pd
import pytest

import campaign_effect as ce
from campaign_effect.analyses.quality import exclude_flagged
from campaign_effect.errors import SurveyError
from campaign_effect.simulate import PLANTED


def test_planted_duplicates_and_straight_liners_are_flagged(village_survey):
    counts = ce.check_quality(village_survey).tidy("flag_counts").set_index("reason")["n"]
    assert counts["flag.duplicate"] == PLANTED.duplicates
    assert counts["flag.straight_lining"] == PLANTED.straight_liners


def test_nobody_is_left_out_by_the_check(village_survey):
    quality = ce.check_quality(village_survey)
    assert quality.exclusions == ()
    assert quality.sample.n_used == village_survey.n


def test_the_schema_s_exclusions_are_steps(village_survey):
    survey, quality = exclude_flagged(village_survey, ce.check_quality(village_survey))
    steps = quality.tidy("exclusions")
    assert survey.n == steps["n_left"].iloc[-1]
    assert survey.n + steps["n"].sum() == village_survey.n


def test_missing_answers_add_up(village_survey):
    rows = ce.check_quality(village_survey).tidy("questions")
    total = rows["n"] + rows["blank"] + rows["aside"] + rows["impossible"]
    assert (total == village_survey.n).all()
    persons = ce.check_quality(village_survey).tidy("persons")
    assert persons["n"].sum() == village_survey.n


def test_equal_rows_with_few_questions_are_no_duplicates():
    survey = ce.read_survey(pd.DataFrame({"a": [1, 1, 1], "b": [2, 2, 2]}))
    assert ce.check_quality(survey).flags == ()


def test_equal_rows_with_many_questions_are_flagged_from_the_second_on():
    rows = [[i * j % 7 for j in range(12)] for i in (1, 2, 1, 3, 1)]
    survey = ce.read_survey(pd.DataFrame(rows, columns=[f"q{j}" for j in range(12)]))
    assert [flag.row for flag in ce.check_quality(survey).flags] == [2, 4]


def test_excluding_everyone_is_refused(village_survey):
    quality = ce.check_quality(village_survey)
    rows = quality.flagged_for("duplicate", "straight_lining")
    only = village_survey.without(village_survey.answers.index.difference(rows), reason="rest")
    with pytest.raises(SurveyError, match="respondents are excluded"):
        exclude_flagged(only, quality)
