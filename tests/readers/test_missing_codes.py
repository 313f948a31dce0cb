"""Codes for no answer outside a scale are marked guesses in a draft, with a question."""

import numpy as np
import pandas as pd
import pytest

import campaign_effect as ce
from campaign_effect.readers.draft import draft_as_yaml, draft_schema
from campaign_effect.schema.files import parse_schema
from campaign_effect.survey import Absence

N = 120
RNG = np.random.default_rng(5)
FACTOR = RNG.normal(size=N)


def items(stem, low, high, k=3):
    """Answers of one factor in whole numbers, every point seen."""
    middle, step = (low + high) / 2, (high - low) / 5
    rows = [np.round(middle + step * (FACTOR + 0.6 * RNG.normal(size=N))) for _ in range(k)]
    points = np.arange(low, high + 1)
    told = {
        f"{stem}.{i + 1}": np.clip(row, low, high).astype(int) for i, row in enumerate(rows)
    }
    for cells in told.values():
        cells[: len(points)] = points
    return {name: [str(cell) for cell in cells] for name, cells in told.items()}


def planted(columns, **codes):
    """Put a code in the last rows of a column (underscores are dots)."""
    for name, code in codes.items():
        cells = columns[name.replace("_", ".")]
        for row, one in enumerate(code.split("|"), start=1):
            cells[-row] = one
    return columns


def drafted(columns):
    found = draft_schema(pd.DataFrame(columns))
    text = draft_as_yaml(found)
    assert parse_schema(text) == found.schema
    return found, text


def aside_of(found, name):
    return [point.code for point in found.schema.aside(name)]


@pytest.mark.parametrize("code", [99, 98, 88, 77, 999, -1, -9, -99])
@pytest.mark.parametrize(("low", "high"), [(1, 5), (1, 7), (0, 10), (1, 4)])
def test_a_usual_code_outside_a_scale_is_likely_no_answer(code, low, high):
    found, text = drafted(planted(items("X1", low, high), X1_2=str(code)))
    assert found.schema.scale(found.schema.constructs[0].scale).high == high
    assert aside_of(found, "x1_2") == [code]
    (guess,) = [one for one in found.guesses if one.path == "scales[0].aside"]
    assert (guess.sure, f"outside {low} to {high}" in guess.why) == ("likely", True)
    assert f"QUESTION: what does {code} mean?" in text


@pytest.mark.parametrize("code", ["0", "8", "9"])
def test_a_rare_short_code_outside_a_scale_is_an_unsure_guess(code):
    found, _ = drafted(planted(items("X1", 1, 5), X1_2=code))
    assert aside_of(found, "x1_2") == [int(code)]
    (guess,) = [one for one in found.guesses if one.path == "scales[0].aside"]
    assert guess.sure == "unsure"
    assert any(one.path == guess.path for one in found.questions)


def test_a_zero_that_many_chose_is_a_point():
    found, _ = drafted(items("X1", 0, 4))
    scale = found.schema.scale(found.schema.constructs[0].scale)
    assert (scale.low, scale.high, scale.aside) == (0, 4, ())


def test_codes_between_words_are_no_answers():
    words = np.array(
        ["Sangat tidak setuju", "Tidak setuju", "Netral", "Setuju", "Sangat setuju"]
    )
    columns = {name: [str(words[int(cell) - 1]) for cell in cells]
               for name, cells in items("X1", 1, 5).items()}  # fmt: skip
    found, _ = drafted(planted(columns, X1_1="99", X1_3="99|-1"))
    assert found.schema.constructs[0].scale == "agree5_netral"
    assert sorted(aside_of(found, "x1_1")) == [-1, 99]


def test_an_age_of_99_is_asked_about_and_stays_a_number():
    ages = [str(age) for age in RNG.integers(17, 85, N)]
    found, text = drafted(planted({"Usia": ages}, Usia="99|-1|999"))
    assert aside_of(found, "usia") == [-1, 999]
    assert "is 99 a number, or a code for no answer?" in text


def test_numbers_that_count_are_left_alone():
    counted = {"Bobot": ["0.5", "99.5", "-1.5"] * 40, "Suhu": ["-5", "30", "-1", "45"] * 30}
    found, _ = drafted(counted)
    assert all(variable.aside == () for variable in found.schema.variables)


def test_a_code_of_a_category_is_kept_apart():
    found, _ = drafted({"Jenis kelamin": ["1", "2"] * 59 + ["9", "99"]})
    assert sorted(aside_of(found, "jenis_kelamin")) == [9, 99]


def test_a_code_with_a_label_is_what_the_file_says(tmp_path):
    import pyreadstat

    frame = pd.DataFrame({"x1": [1.0, 2, 3, 99] * 5, "x2": [3.0, 2, 1, 98] * 5})
    labels = {1: "Tidak pernah", 2: "Jarang", 3: "Sering", 99: "Tidak tahu"}
    path = tmp_path / "t.sav"
    pyreadstat.write_sav(frame, str(path), variable_value_labels={"x1": labels, "x2": labels})
    found = draft_schema(path)
    scale = found.schema.scale(found.schema.constructs[0].scale)
    assert [point.code for point in scale.points] == [1, 2, 3]
    assert sorted(point.code for point in scale.aside) == [98, 99]
    assert [one.why for one in found.guesses if one.path == "scales[0].aside"] == [
        "98 is no answer: a usual code for no answer, outside 1 to 3"
    ]


def test_a_survey_read_by_the_draft_counts_them():
    columns = planted(items("X1", 1, 5), X1_1="99|99|99|-1")
    survey = ce.read_survey(pd.DataFrame(columns), drafted(columns)[0].schema)
    absences = survey.absences["x1_1"]
    assert [int((absences == Absence.ASIDE + at).sum()) for at in range(2)] == [1, 3]
    assert survey.answers["x1_1"].max() == 5
