"""Slips of the hand in a notebook end in a sentence that says what to write."""

import numpy as np
import pandas as pd
import pytest
from tolerances import ROUNDING

import campaign_effect as ce
from campaign_effect.errors import OutputError
from campaign_effect.files import replaced

FORMULA = "vote ~ wa + age"


@pytest.fixture(scope="module")
def survey():
    frame = pd.DataFrame(
        {
            "vote": [0, 1, 1, 0, 1, 0, 1, 0, 1, 1] * 6,
            "wa": [1, 2, 3, 1, 4, 2, 3, 2, 1, 4] * 6,
            "age": list(range(18, 78)),
            "village": [f"v{i % 6}" for i in range(60)],
        }
    )
    return ce.read_survey(frame)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"model": "logit"}, r"write model=ce\.Logit\(\.\.\.\)"),
        ({"model": ce.Probit}, r"write model=ce\.Probit\(\.\.\.\)"),
        ({"vcov": "cr2"}, r"write vcov=ce\.CR2\(\.\.\.\)"),
        ({"vcov": ce.HC3}, r"write vcov=ce\.HC3\(\.\.\.\)"),
        ({"model": 3}, r"choose one of \['Ols'"),
        ({"weights": [1, 2]}, r"weights names a column"),
        ({"formula": 3}, r"no outcome or no terms"),
        ({"level": 95}, r"cannot cover 95"),
    ],
)
def test_choices_are_named_as_they_are_written(survey, options, said):
    with pytest.raises(ce.CampaignEffectError, match=said):
        ce.fit_effect(survey, **{"formula": FORMULA, **options})


@pytest.mark.parametrize(
    "slip",
    [
        lambda survey: ce.CR2(cluster=None),
        lambda survey: ce.Imputation(m="20"),
        lambda survey: ce.Plan(analyses="effects"),
        lambda survey: ce.Plan(seed="one"),
        lambda survey: ce.Report([survey]),
        lambda survey: ce.average_effects(ce.fit_effect(survey, FORMULA), of=3),
        lambda survey: ce.average_effects(ce.fit_effect(survey, "vote ~ 1")),
        lambda survey: ce.confirm_factors(survey, "f =~ vote + wa + age", estimator=None),
        lambda survey: ce.rake(survey, {"village": {"x": 0.5, "y": 0.5}}),
        lambda survey: ce.with_weights(survey, "weight"),
        lambda survey: ce.write_spss(survey, "survey.csv"),
    ],
)
def test_slips_are_said_with_what_to_do(survey, slip):
    with pytest.raises(ce.CampaignEffectError) as raised:
        slip(survey)
    assert raised.value.hint


def test_a_model_without_terms_is_the_share(survey):
    found = ce.fit_effect(survey, "vote ~ 1", model=ce.Lpm()).tidy()
    assert found["term"].tolist() == ["Intercept"]
    assert found["estimate"].item() == pytest.approx(
        survey.answers["vote"].mean(), rel=ROUNDING
    )


def test_more_factors_than_items_are_refused():
    rows = np.random.default_rng(1).integers(1, 6, size=(60, 7))
    frame = pd.DataFrame(rows, columns=list("abcdefg"))
    with pytest.raises(ce.CampaignEffectError, match="cannot have 50 factors"):
        ce.explore_factors(ce.read_survey(frame), n_factors=50)


def test_a_file_stays_where_a_new_one_fails(tmp_path):
    target = tmp_path / "report.md"
    target.write_text("old", encoding="utf-8")

    def fail():
        with replaced(target) as beside:
            beside.write_text("ne", encoding="utf-8")
            raise OSError(28, "disk full")

    with pytest.raises(OutputError, match="disk full"):
        fail()
    assert target.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["report.md"]
