"""Answers that allow some analyses only: each failure is said in the language of the report."""

from pathlib import Path

import pandas as pd
import pytest

import campaign_effect as ce

SURVEY = Path(__file__).parents[1] / "data" / "examples" / "village_survey.csv"
ANSWERS = pd.read_csv(SURVEY, dtype=str, keep_default_na=False)
VILLAGE, SEX, VOTE, WHATSAPP = "Desa", "Jenis kelamin", ANSWERS.columns[-1], ANSWERS.columns[8]
ITEM = next(name for name in ANSWERS if name.startswith("Pernyataan"))
EXPOSED = ANSWERS[WHATSAPP].isin(["Sering", "Selalu"])
AGREED = ANSWERS[VOTE].replace("Calon 1", "Calon 2").mask(EXPOSED, "Calon 1")
MEASURED, MODELLED = ("factors", "invariance", "groups"), ("effects", "linear")

CASES = {  # answers, the analyses asked for, what is said
    "ten answers": (ANSWERS.iloc[20:32], MEASURED, "Jawaban lengkap (10) harus lebih banyak"),
    "one item constant": (
        ANSWERS.assign(**{ITEM: "Setuju"}),
        MEASURED,
        "hanya berisi satu jawaban",
    ),
    "one sex": (
        ANSWERS.assign(**{SEX: "Perempuan"}),
        MEASURED,
        "Diperlukan sedikitnya dua kelompok",
    ),
    "one village": (
        ANSWERS.assign(**{VILLAGE: "Girilestra"}),
        MODELLED,
        "berasal dari satu klaster",
    ),
    "vote as exposed": (
        ANSWERS.assign(**{VOTE: AGREED}),
        MODELLED,
        "meramalkan hasil dengan sempurna",
    ),
    "exposures equal": (
        ANSWERS.assign(**{ANSWERS.columns[9]: ANSWERS[WHATSAPP]}),
        MODELLED,
        "kombinasi linear suku sebelumnya: Pesan kampanye lewat Facebook.",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_failed_analysis_is_said_in_the_language_of_the_report(name):
    answers, analyses, words = CASES[name]
    survey = ce.read_survey(answers, schema="pilkades")
    found = ce.run(ce.Plan(analyses=analyses), survey)
    report = ce.Report(found.results, "id", notices=found.notices, glossary=survey.glossary)
    said = report.said_notices()
    failures = [one for one in said if "tidak dihitung" in one]
    assert any(words in one for one in failures), said
    assert not [one for one in said if "['" in one or "gender" in one or "trust_" in one]


def test_an_empty_category_in_a_group_is_named():
    is_gap = (ANSWERS[SEX] == "Laki-laki") & (ANSWERS[ITEM] == "Sangat setuju")
    survey = ce.read_survey(
        ANSWERS.assign(**{ITEM: ANSWERS[ITEM].mask(is_gap, "Setuju")}), schema="pilkades"
    )
    found = ce.run(ce.Plan(analyses=("invariance",)), survey)
    said = " ".join(
        ce.Report((), notices=found.notices, glossary=survey.glossary).said_notices()
    )
    assert "given by nobody in the group “Male” (code 5)" in said


def test_one_village_has_no_resampled_interval():
    survey = ce.read_survey(ANSWERS.assign(**{VILLAGE: "Girilestra"}), schema="pilkades")
    scales = ce.estimate_reliability(survey, bootstrap=ce.Bootstrap(reps=2))
    assert not scales.intervals
    assert {notice.code for notice in scales.notices} == {"no_coefficient.StatisticsError"}
