"""Factor models in a report: tables, sentences and path diagrams in both languages."""

import numpy as np
import pandas as pd
import pytest

import campaign_effect as ce
from campaign_effect.apa.figures.paths import HEIGHT_OF_ITEM, WIDTH, lay_out_diagram
from campaign_effect.apa.sentences.generic import sentences
from campaign_effect.apa.tables.generic import tables

LANGUAGES = ("en", "id")
MODEL = "f =~ a + b + c\ng =~ d + e + h"


@pytest.fixture(scope="module")
def frame():
    """Six numbers of two related factors, a predictor, an outcome and two groups."""
    rng = np.random.default_rng(3)
    f = rng.normal(size=(400, 2)) @ np.array([[1.0, 0.4], [0.0, 0.9]])
    answers = f[:, [0, 0, 0, 1, 1, 1]] + 0.8 * rng.normal(size=(400, 6))
    made = pd.DataFrame(answers, columns=["a", "b", "c", "d", "e", "h"])
    made["x"] = f[:, 0] + rng.normal(size=400)
    made["y"] = f[:, 1] + rng.normal(size=400)
    return made.assign(sex=["f", "m"] * 200)


@pytest.fixture(
    scope="module",
    params=[
        ("confirm_factors", MODEL, {}),
        ("confirm_factors", MODEL, {"group": "sex"}),
        ("confirm_factors", MODEL + "\na ~~ b", {"std_lv": True}),
        ("confirm_factors", "f =~ a + b + c + d + e + h", {}),
        ("confirm_factors", MODEL + "\ni =~ x + y + a\nw =~ f + g + i", {}),
        ("fit_sem", MODEL + "\ng ~ p*f + x\ny ~ q*g\ni := p*q", {}),
        ("fit_sem", "y ~ x", {}),
    ],
    ids=["plain", "groups", "residuals", "one factor", "higher order", "paths", "observed"],
)
def result(request, frame):
    function, model, settings = request.param
    return getattr(ce, function)(frame, model, estimator="MLR", **settings)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("suffix", [".html", ".tex"])
def test_every_kind_of_model_is_reported(result, language, suffix):
    assert ce.Report([result], language=language).to(suffix)


@pytest.mark.parametrize("language", LANGUAGES)
def test_paths_and_effects_have_a_table(frame, language):
    model = MODEL + "\ng ~ p*f + x\ny ~ q*g\ni := p*q"
    result = ce.fit_sem(frame, model, estimator="MLR")
    shown = ce.Report([result], language=language).to(".txt").decode()
    assert "i = p*q" in shown


def test_each_group_has_a_diagram(frame):
    result = ce.confirm_factors(frame, MODEL, estimator="MLR", group="sex")
    assert len(ce.Report([result]).pictures) == 2


def test_five_factors_of_five_items_fit_a_page_and_do_not_touch(bfi_loadings):
    layout = lay_out_diagram(bfi_loadings)
    heights = sorted(layout.items.values())
    assert len(heights) == 25
    assert np.diff(heights).min() > HEIGHT_OF_ITEM
    assert 0 < heights[0] < heights[-1] < layout.height < 1.7 * WIDTH


@pytest.fixture
def bfi_loadings():
    rng = np.random.default_rng(5)
    f = rng.normal(size=(500, 5))
    names = [f"{factor}{i}" for factor in "vwxyz" for i in range(5)]
    answers = np.repeat(f, 5, axis=1) + rng.normal(size=(500, 25))
    frame = pd.DataFrame(answers, columns=names)
    model = "\n".join(
        f"{n.upper()} =~ " + " + ".join(f"{n}{i}" for i in range(5)) for n in "vwxyz"
    )
    return ce.confirm_factors(frame, model, estimator="ML").loadings


def test_sentences_name_the_factors_that_are_not_told_apart(frame):
    rng = np.random.default_rng(6)
    twin = frame[["a", "b", "c"]].add(0.3 * rng.normal(size=(400, 3)))
    both = frame.assign(d=twin["a"], e=twin["b"], h=twin["c"])
    model = "f =~ a + e + c\ng =~ d + b + h"
    shown = ce.Report([ce.confirm_factors(both, model, estimator="ML")]).to(".txt").decode()
    assert "do not tell them apart: f \N{EN DASH} g" in " ".join(shown.split())


def test_a_model_given_predictors_claims_nothing_of_its_scales():
    rng = np.random.default_rng(8)
    x = rng.normal(size=600)
    latent = (0.5 * x + rng.normal(size=600))[:, None] + rng.normal(size=(600, 6))
    frame = pd.DataFrame(np.digitize(latent, [-1, 0, 1]) + 1.0, columns=list("abcdef"))
    model = "f =~ a + b + c\ng =~ d + e + f1\nf ~ x\ng ~ x + f"
    frame = frame.rename(columns={"f": "f1"}).assign(x=x)
    result = ce.fit_sem(frame, model)
    table = next(one for one in tables(result) if one.id == "structural_factors")
    assert table.title.id == "title.confirmatory.related"
    assert table.notes == ()
    assert {len(line.cells) for line in table.lines} == {len(table.heads)} == {3}
    said = [text.id for note in sentences(result) for text in note]
    assert "say.closest_factors" in said
    assert not {"say.told_apart", "say.not_told_apart"} & set(said)
