"""Average predictions are averages of predictions, and stay within their range."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from tolerances import SOLVED_TWICE

import campaign_effect as ce
from campaign_effect.errors import UsageError

RTOL_SAME_FORMULA = 1e-12  # the same average in float64


@pytest.fixture(scope="module")
def effect(village_survey):
    formula = "voted_calon_1 ~ whatsapp * gender + age"
    return ce.fit_effect(village_survey, formula)


def test_a_prediction_is_the_mean_with_everyone_at_the_answer(effect):
    one = effect.models[0]
    rows = ce.predict_probabilities(effect, "whatsapp", at={"gender": "female"}).predictions
    assert [row.value for row in rows] == [1, 2, 3, 4, 5]
    for row in rows:
        moved = one.answers.assign(whatsapp=row.value)
        moved["gender"] = moved["gender"].astype(object).map(lambda _: "female")
        moved["gender"] = moved["gender"].astype(one.answers["gender"].dtype)
        expected = one.fit.link.mean(one.design.of(moved) @ one.fit.beta)
        assert_allclose(row.estimate, expected.mean(), rtol=RTOL_SAME_FORMULA)


def test_the_difference_of_two_predictions_is_the_average_contrast(effect):
    rows = ce.predict_probabilities(effect, "gender").predictions
    (contrast,) = ce.average_effects(effect, of="gender").effects
    assert [row.level for row in rows] == ["gender=male", "gender=female"]
    assert_allclose(rows[1].estimate - rows[0].estimate, contrast.estimate, rtol=SOLVED_TWICE)


def test_intervals_of_probabilities_stay_within_0_and_1():
    rng = np.random.default_rng(2)

    x = np.linspace(-3, 3, 60)
    frame = pd.DataFrame({"x": x, "y": (rng.random(60) < 1 / (1 + np.exp(-2 * x))).astype(int)})
    effect = ce.fit_effect(ce.read_survey(frame), "y ~ x")
    rows = ce.predict_probabilities(effect, "x", values=[-4, 0, 4]).predictions
    for row in rows:
        assert 0 < row.conf_low < row.estimate < row.conf_high < 1


def test_categories_sum_to_one(village_survey):
    effect = ce.fit_effect(village_survey, "education ~ age", model=ce.OrderedLogit())
    rows = ce.predict_probabilities(effect, "age", values=[20, 60]).tidy()
    assert_allclose(rows.groupby("value")["estimate"].sum(), 1)


def test_a_number_with_many_answers_is_predicted_on_a_grid(effect):
    assert len(ce.predict_probabilities(effect, "age").predictions) == 9


def test_unknown_variables_and_levels_are_refused(effect):
    with pytest.raises(UsageError, match="did you mean 'whatsapp'"):
        ce.predict_probabilities(effect, "whatsap")
    with pytest.raises(UsageError, match="'x' is no level of 'gender'"):
        ce.predict_probabilities(effect, "whatsapp", at={"gender": "x"})


def test_predictions_are_tabled_and_drawn_in_both_languages(effect):
    result = ce.predict_probabilities(effect, "whatsapp")
    for language in ("en", "id"):
        report = ce.Report([result], language=language)
        assert len(report.grids) == len(report.pictures) == 1
