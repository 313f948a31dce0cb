"""Few villages: the panel holds the methods side by side and says whether they agree."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from tolerances import ROUNDING, SEARCHED

import campaign_effect as ce
from campaign_effect.errors import SurveyError, UsageError

REFERENCE = Path(__file__).parents[1] / "reference"


@pytest.fixture(scope="module")
def effect(village_survey):
    return ce.fit_effect(village_survey, "voted_calon_1 ~ whatsapp + age + gender")


@pytest.fixture(scope="module")
def panel(effect):
    return ce.check_clusters(effect)


def by_method(panel, term):
    return {row.method.partition(".")[2]: row for row in panel.tests if row.term == term}


def test_every_method_tests_every_term(panel):
    for term in ("whatsapp", "age", "gender[T.female]"):
        assert set(by_method(panel, term)) == {"CR1", "CR2", "CV3", "wild", "score"}


def test_cr2_is_that_of_the_model(panel, effect):
    rows = effect.tidy().set_index("term")
    for term in ("whatsapp", "age"):
        row = by_method(panel, term)["CR2"]
        wanted = rows.loc[term, ["std_error", "df", "p_value", "conf_low", "conf_high"]]
        found = [row.std_error, row.df, row.p_value, row.conf_low, row.conf_high]
        assert_allclose(found, wanted.to_numpy(dtype=float))


def test_a_linear_model_gets_the_wild_bootstrap_with_r_s_p(chile):
    wanted = json.loads((REFERENCE / "few_clusters.json").read_text(encoding="utf-8"))
    largest = chile["comm"].value_counts(sort=True).index[:12]
    twelve = ce.read_survey(chile[chile["comm"].isin(largest)])
    formula = "y ~ sex + age + inc + statusquo"
    effect = ce.fit_effect(twelve, formula, model=ce.Lpm(), vcov=ce.CR2(cluster="comm"))
    panel = ce.check_clusters(effect)
    for term, name in (("sex[T.M]", "male"), ("age", "age"), ("inc", "inc")):
        row = by_method(panel, term)["wild"]
        assert_allclose(row.p_value, wanted["values"]["wild"][name]["p"], atol=ROUNDING)
        assert_allclose(row.statistic, wanted["values"]["wild"][name]["t"], rtol=SEARCHED)


def test_shares_and_effective_clusters_are_bounded_by_the_clusters(panel):
    for row in panel.facts:
        assert 1 / row.n_clusters <= row.largest_share <= 1
        assert row.effective_low <= row.effective_high <= row.n_clusters + 1e-9


def test_a_term_of_one_village_is_tested_by_no_method():
    rng = np.random.default_rng(5)
    village = np.repeat(np.arange(6), 25)
    frame = pd.DataFrame({"y": rng.integers(0, 2, 150), "x": village == 2, "v": village})
    frame["z"] = rng.normal(size=150)
    effect = ce.fit_effect(ce.read_survey(frame), "y ~ x + z", vcov=ce.CR2(cluster="v"))
    panel = ce.check_clusters(effect)
    assert {row.term for row in panel.tests} == {"z"}
    assert {row.term for row in panel.facts} == {"x", "z"}


def test_models_without_clusters_and_unknown_terms_are_refused(effect, village_survey):
    plain = ce.fit_effect(village_survey, "voted_calon_1 ~ whatsapp", vcov=ce.HC3())
    with pytest.raises(SurveyError, match="No model has clusters"):
        ce.check_clusters(plain)
    with pytest.raises(UsageError, match="has the term 'facebook'"):
        ce.check_clusters(effect, of="facebook")
