"""Models side by side: every number is that of its model, every difference is said."""

import pytest

import campaign_effect as ce
from campaign_effect.errors import UsageError

FORMULAS = ("y ~ statusquo", "y ~ statusquo + age", "y ~ statusquo + age + edu")


@pytest.fixture(scope="module")
def survey(chile):
    return ce.read_survey(chile)


@pytest.fixture(scope="module")
def steps(survey):
    return [ce.fit_effect(survey, one, vcov=ce.CR2(cluster="comm")) for one in FORMULAS]


@pytest.mark.parametrize(
    ("show", "column"),
    [("coefficients", "estimate"), ("odds_ratios", "odds_ratio"), ("effects", None)],
)
def test_every_number_is_that_of_its_model(steps, show, column):
    table = ce.tabulate_models(steps, show=show).tidy()
    for number, effect in enumerate(steps, start=1):
        found = table[table["column"] == number]
        wanted = ce.average_effects(effect).tidy() if column is None else effect.tidy()
        assert found["estimate"].tolist() == wanted[column or "estimate"].tolist()
        assert found["p_value"].tolist() == wanted["p_value"].tolist()


def test_terms_stand_in_the_block_in_which_they_enter(steps):
    result = ce.tabulate_models(steps)
    assert result.is_nested
    blocks = {row.term: row.block for row in result.terms}
    assert blocks == {
        "Intercept": 1,
        "statusquo": 1,
        "age": 2,
        "edu[T.S]": 3,
        "edu[T.PS]": 3,
    }
    assert not ce.tabulate_models([steps[1], steps[0]]).is_nested


def cells(grid):
    return [["".join(run.text for run in cell) for cell in line.cells] for line in grid.lines]


def test_a_term_that_a_model_lacks_has_empty_cells(steps):
    (grid,) = ce.Report([ce.tabulate_models(steps)]).grids
    lines = {line[0]: line[1:] for line in cells(grid)}
    assert lines["age"][:3] == ["", "", ""]
    assert all(lines["age"][3:])
    assert [head.span for head in grid.spanners][1:] == [3, 3, 3]
    assert lines["n"] == ["1703", "", "", "1703", "", "", "1703", "", ""]


def test_what_models_share_is_said_once_and_what_differs_by_number(survey, steps):
    (grid,) = ce.Report([ce.tabulate_models(steps)]).grids
    note = "".join(run.text for run in grid.notes[0])
    assert note.count("CR2") == 1
    assert "Model 1:" not in note
    assert "Reference categories: edu: P." in note
    other = ce.fit_effect(survey, FORMULAS[0], model=ce.Lpm(), vcov=ce.HC3())
    (grid,) = ce.Report([ce.tabulate_models([steps[0], other])]).grids
    note = "".join(run.text for run in grid.notes[0])
    assert "Model 1: Logistic regression." in note
    assert "Model 2: Linear probability model." in note


def test_different_respondents_are_said(chile, steps):
    few = ce.fit_effect(ce.read_survey(chile.iloc[:900]), FORMULAS[0])
    table = ce.tabulate_models([steps[0], few])
    assert "not fitted to the same respondents" in ce.Report([table]).to(".md").decode()


def test_imputations_are_said_of_their_model(village_survey):
    formula = "voted_calon_1 ~ whatsapp + age"
    choice = ce.Imputation(m=2, rounds=1)
    effects = [
        ce.fit_effect(village_survey, formula),
        ce.fit_effect(village_survey, formula, missing=choice),
    ]
    (grid,) = ce.Report([ce.tabulate_models(effects)]).grids
    shared, _, own = "".join(run.text for run in grid.notes[0]).partition("Model 2:")
    assert "imputed 2 times" in own
    assert "imputed 2 times" not in shared


@pytest.mark.parametrize("language", ["en", "id"])
def test_categories_and_outcomes_have_heads(language, village_survey):
    ordered = ce.fit_effect(village_survey, "education ~ age", model=ce.OrderedLogit())
    several = ce.fit_effect(village_survey)
    results = [
        ce.tabulate_models([several, ordered], show="effects"),
        ce.tabulate_models(ordered),
        ce.tabulate_models(several, show="odds_ratios"),
    ]
    report = ce.Report(results, language=language)
    assert [len(grid.heads) for grid in report.grids] == [10, 4, 7]
    for suffix in (".html", ".docx", ".tex", ".md"):
        assert report.to(suffix)


def test_what_cannot_be_shown_is_refused(survey):
    linear = ce.fit_effect(survey, "y ~ age", model=ce.Lpm())
    with pytest.raises(UsageError, match="has no odds ratios"):
        ce.tabulate_models(linear, show="odds_ratios")
    with pytest.raises(UsageError, match="no model"):
        ce.tabulate_models([])
    with pytest.raises(UsageError, match="cannot be shown"):
        ce.tabulate_models(linear, show="b")
