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


@pytest.fixture(scope="module")
def choices():
    rng = np.random.default_rng(3)
    village, x = np.arange(300) % 10, rng.integers(1, 6, 300).astype(float)
    latent = 0.3 * x + 0.4 * rng.normal(size=10)[village] + rng.logistic(size=300)
    words = np.array(["one", "other", "third"])
    return ce.read_survey(
        pd.DataFrame(
            {
                "x": x,
                "poster": village == 3,
                "village": [f"village {v}" for v in village],
                "event": (latent > 1).astype(float),
                "choice": words[np.digitize(latent, [0.5, 1.5])],
                "weight": rng.uniform(0.5, 2, 300),
            }
        )
    )


def test_every_category_has_its_panel_and_names_its_base(choices):
    effect = ce.fit_effect(
        choices, "choice ~ x", model=ce.Multinomial(), vcov=ce.CR2(cluster="village")
    )
    panel = ce.check_clusters(effect)
    assert [(row.term, row.category) for row in panel.facts] == [("x", "other"), ("x", "third")]
    assert {row.base for row in panel.facts} == {"one"}
    (absent,) = panel.absent
    assert (absent.method, absent.reason, absent.term) == (
        "method.wild", "absent.categories", None,
    )  # fmt: skip
    rows = effect.tidy().set_index(["category", "term"])
    for test in panel.tests:
        if test.method == "method.CR2":
            wanted = rows.loc[(test.category, test.term), ["std_error", "df", "p_value"]]
            assert_allclose(
                [test.std_error, test.df, test.p_value], wanted.to_numpy(dtype=float)
            )
    for language, words in (("en", "categories have no linear model"), ("id", "berkategori")):
        text = ce.Report([panel], language=language).to(".md").decode()
        assert words in " ".join(text.split())
        assert "x (other)" in text


def test_a_random_intercept_brings_its_own_clusters(choices):
    effect = ce.fit_effect(choices, "event ~ x", model=ce.RandomIntercept(cluster="village"))
    panel = ce.check_clusters(effect)
    assert {row.cluster for row in panel.facts} == {"village"}
    assert set(by_method(panel, "x")) == {"CR1", "CV3", "wild", "score"}
    assert [row.reason for row in panel.absent] == ["absent.effects"]
    chosen = ce.fit_effect(
        choices,
        "event ~ x",
        model=ce.RandomIntercept(cluster="village"),
        vcov=ce.CV3(cluster="village"),
    )
    row = chosen.tidy().set_index("term").loc["x"]
    assert_allclose(by_method(panel, "x")["CV3"].std_error, row["std_error"])


@pytest.mark.parametrize(
    "model", [ce.Probit(), ce.Firth(), ce.Gee(cluster="village"), ce.Multinomial()]
)
def test_a_term_of_one_village_is_tested_by_no_method_of_any_model(model, choices):
    outcome = "choice" if model.has_categories else "event"
    effect = ce.fit_effect(
        choices, f"{outcome} ~ x + poster", model=model, vcov=ce.CV3(cluster="village")
    )
    panel = ce.check_clusters(effect)
    assert {row.term for row in panel.tests} == {"x"}
    for notices in (effect.notices, panel.notices):
        (alone,) = [one for one in notices if one.code == "one_cluster_only"]
        assert dict(alone.facts)["terms"] == ("poster",)
    rows = effect.tidy().set_index("term")
    assert rows.loc[["poster"], "p_value"].isna().all()


def test_a_weighted_model_of_categories_has_its_panel(choices):
    effect = ce.fit_effect(
        choices,
        "choice ~ x",
        model=ce.Multinomial(),
        vcov=ce.CR2(cluster="village"),
        weights="weight",
    )
    panel = ce.check_clusters(effect)
    assert {row.method for row in panel.tests} == {
        "method.CR1", "method.CR2", "method.CV3", "method.score",
    }  # fmt: skip
    assert np.isfinite([row.p_value for row in panel.tests]).all()
