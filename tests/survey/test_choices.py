"""Several answers to one question: an option is ticked, not ticked, or nobody knows."""

import numpy as np
import pandas as pd
import pytest

import campaign_effect as ce
from campaign_effect.errors import LabelsError, MissingColumnsError
from campaign_effect.schema.model import Schema

NAN = np.nan
POINTS = [
    {"code": "wa", "text": "WhatsApp", "accepts": ["1"]},
    {"code": "fb", "text": "Facebook", "accepts": ["2"]},
    {"code": "visit", "text": "Tatap muka, rumah ke rumah", "accepts": ["3"]},
    {"code": "face", "text": "Tatap muka", "accepts": ["4"]},
    {"code": "nothing", "text": "Tidak ada", "accepts": ["5"]},
]
OTHER = {"code": "other", "text": "Lainnya", "accepts": ["6"]}
ASIDE = {"code": "refused", "text": "Rahasia", "accepts": ["7"]}


def schema(points=POINTS, column="Dari mana?", **extra):
    return Schema.model_validate(
        {
            "name": "s",
            "scales": [{"name": "media", "points": points, "aside": [ASIDE]}],
            "variables": [
                {
                    **{"name": "sources", "column": column, "scale": "media"},
                    **{"type": "choices", "none": "nothing"},
                }
            ],
            **extra,
        }
    )


def read(frame, **options):
    return ce.read_survey(pd.DataFrame(frame), schema(**options))


def ticked(survey, *codes):
    return survey.answers[[f"sources_{code}" for code in codes]].to_numpy().tolist()


def test_a_cell_is_split_into_options_longest_first():
    cells = ["WhatsApp;Tatap muka, rumah ke rumah", "Tatap muka, facebook ", "", "Tidak ada"]
    survey = read({"Dari mana?": cells})
    expected = [[1, 0, 1, 0], [0, 1, 0, 1], [NAN] * 4, [0, 0, 0, 0]]
    np.testing.assert_array_equal(ticked(survey, "wa", "fb", "visit", "face"), expected)
    np.testing.assert_array_equal(survey.answers["sources"], [2, 2, NAN, 0])
    assert survey.absences["sources_wa"].tolist() == [0, 0, 1, 0]


@pytest.mark.parametrize("cell", ["wa fb", "WhatsApp\nFacebook", "1,2", "facebook | whatsapp"])
def test_ticks_are_joined_in_many_ways(cell):
    assert ticked(read({"Dari mana?": [cell]}), "wa", "fb", "face") == [[1, 1, 0]]


def test_an_answer_aside_is_kept_apart_where_it_stands_alone():
    survey = read({"Dari mana?": ["Rahasia", "Rahasia, WhatsApp"]})
    assert survey.absences["sources"].tolist() == [4, 0]
    assert survey.answers["sources_wa"].isna().tolist() == [True, False]


def test_an_answer_that_is_no_option_is_an_error_that_shows_no_cell():
    with pytest.raises(LabelsError, match=r"'Dari mana\?' holds 1 cells .* rows 1") as caught:
        read({"Dari mana?": ["WhatsApp", "WhatsApp, Pak Budi"]})
    assert "Budi" not in str(caught.value)


def test_other_answers_count_as_the_option_other():
    survey = read({"Dari mana?": ["WhatsApp, radio, koran", "radio"]}, points=[*POINTS, OTHER])
    assert ticked(survey, "wa", "other") == [[1, 1], [0, 1]]
    (notice,) = survey.notices
    assert dict(notice.facts) == {"variable": "sources", "n": 2, "option": "sources_other"}


STEMS = {
    "kobo": ("m/{}", "m", ["wa", "fb", "visit", "face", "nothing"], "1", "0"),
    "limesurvey": ("m[{}]", "m", ["wa", "fb", "visit", "face", "nothing"], "Y", ""),
    "surveymonkey": ("m [{}]", "m", [point["text"] for point in POINTS], None, ""),
    "spss": ("m_{}", "m", ["1", "2", "3", "4", "5"], 1.0, 0.0),
}


@pytest.mark.parametrize("program", STEMS)
def test_a_column_for_each_option_is_read(program):
    form, stem, words, yes, no = STEMS[program]
    rows = [[1, 0, 0, 1, 0], [0, 0, 0, 0, 1]]
    frame = {
        form.format(word): [(yes or word) if row[at] else no for row in rows]
        for at, word in enumerate(words)
    }
    survey = read(frame, column=stem)
    codes = [point["code"] for point in POINTS]
    assert ticked(survey, *codes) == rows
    assert survey.answers["sources"].tolist() == [2, 0]


def test_a_row_of_blanks_was_not_answered_but_zeros_were():
    words = [point["code"] for point in POINTS]
    survey = read({f"m/{word}": ["0", ""] for word in words}, column="m")
    np.testing.assert_array_equal(survey.answers["sources"], [0, NAN])


def test_a_cell_that_is_no_tick_is_an_error():
    words = [point["code"] for point in POINTS]
    with pytest.raises(LabelsError, match="'m/wa' holds 1 cells"):
        read({f"m/{word}": ["17" if word == "wa" else "0"] for word in words}, column="m")


def test_columns_of_some_options_only_are_missing_columns():
    with pytest.raises(MissingColumnsError, match="'m'"):
        read({"m/wa": ["1"]}, column="m")


def test_kobo_columns_win_over_the_joined_cell(tmp_path):
    path = tmp_path / "a.csv"
    head = "m,m/wa,m/fb,m/visit,m/face,m/nothing,_id,_submission_time\n"
    path.write_text(head + "wa xx,1,0,0,0,0,1,2024-11-12T02:10:00\n")
    assert ce.read_survey(path, schema(column="m")).answers["sources"].tolist() == [1]


def test_options_are_named_by_question_and_words():
    survey = read({"Dari mana?": ["WhatsApp"]})
    assert survey.glossary.label("sources_wa", "id") == "sources: WhatsApp"


def test_options_are_described_with_their_number():
    survey = read({"Dari mana?": ["WhatsApp", "WhatsApp, Facebook", "Tidak ada"] * 8})
    rows = ce.describe_items(survey).tidy()
    means = dict(zip(rows["variable"], rows["mean"], strict=True))
    assert (means["sources"], means["sources_wa"]) == (1.0, pytest.approx(2 / 3))


def test_options_are_terms_of_models():
    rng = np.random.default_rng(7)
    n = 400
    wa, fb = rng.random(n) < 0.5, rng.random(n) < 0.4
    odds = 1 / (1 + np.exp(-(wa - 0.5)))
    cells = [", ".join(w for w, is_in in (("wa", a), ("fb", b)) if is_in) or "Tidak ada"
             for a, b in zip(wa, fb, strict=True)]  # fmt: skip
    frame = pd.DataFrame(
        {"Dari mana?": cells, "v": np.where(rng.random(n) < odds, "yes", "no")}
    )
    given = schema().model_dump(by_alias=True)
    given["variables"] = [*given["variables"], {"name": "v", "column": "v", "type": "category"}]
    given["roles"] = {
        "outcomes": [{"name": "voted", "variable": "v", "event": "yes"}],
        "exposures": [{"variable": "sources_wa", "platform": "whatsapp"}],
        "controls": ["sources"],
    }
    survey = ce.read_survey(frame, Schema.model_validate(given))
    effects = ce.fit_effect(survey, "voted ~ sources_wa + sources_fb").tidy()
    assert {"sources_wa", "sources_fb"} <= set(effects["term"])
    assert "sources_wa" in set(ce.fit_effect(survey).tidy()["term"])
