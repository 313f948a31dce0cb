"""Every example of an export, read to a survey and held against a hand-written expectation."""

from pathlib import Path

import numpy as np
import pytest

import campaign_effect as ce
from campaign_effect.schema.model import Schema
from campaign_effect.survey import Absence

FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures"
AGREE = {
    "name": "agree",
    "points": [
        {"code": 1, "text": "Sangat tidak setuju"},
        {"code": 2, "text": "Tidak setuju"},
        {"code": 3, "text": "Kurang setuju", "accepts": ["ragu-ragu"]},
        {"code": 4, "text": "Setuju"},
        {"code": 5, "text": "Sangat setuju"},
    ],
}
NAN = np.nan


def read(name, **schema):
    path = FIXTURES / name
    if not path.exists():
        pytest.skip(f"{path} is not here")
    return ce.read_survey(path, Schema.model_validate({"name": "s", **schema}))


def variable(name, column, **extra):
    return {"name": name, "column": column, **extra}


def facts(survey, code):
    return next(dict(one.facts) for one in survey.notices if one.code == code)


def test_google_forms():
    media = {
        "name": "media",
        "points": [
            {"code": "wa", "text": "WhatsApp"},
            {"code": "fb", "text": "Facebook"},
            {"code": "visit", "text": "Tatap muka, rumah ke rumah"},
        ],
    }
    vote = {
        "name": "vote",
        "points": [{"code": "c1", "text": "Calon 1"}, {"code": "golput", "text": "Golput"}],
        "aside": [{"code": "secret", "text": "Rahasia"}],
    }
    asked = "Dari mana Anda menerima informasi kampanye? (boleh lebih dari satu)"
    stem = "Pernyataan kampanye"
    items = [
        variable("x1", f"{stem} [Pesan di grup WhatsApp mudah dipahami]"),
        variable("x2", f"{stem} [Saya TIDAK percaya isi pesan kampanye]", reversed=True),
    ]
    survey = read(
        "google_forms_id.csv",
        scales=[AGREE, media, vote],
        constructs=[{"name": "trust", "scale": "agree", "items": items}],
        variables=[
            variable("sources", asked, scale="media", type="choices"),
            variable("vote", "Pada Pilkades lalu Anda memilih siapa?", scale="vote"),
        ],
    )
    named = ["x1", "x2", "sources", "sources_wa", "sources_fb", "sources_visit"]
    expected = [
        [5, 4, 2, 1, 1, 0],
        [3, 5, 2, 1, 0, 1],
        [3, 5, 2, 1, 0, 1],
        [3, NAN, NAN, NAN, NAN, NAN],
    ]
    np.testing.assert_array_equal(survey.answers[named], expected)
    assert survey.absences["vote"].tolist() == [0, Absence.ASIDE, Absence.ASIDE, 0]
    assert survey.identity.iloc[1] == survey.identity.iloc[2] != survey.identity.iloc[0]
    assert survey.identity.iloc[3] == 0
    assert facts(survey, "personal_data")["columns"] == ("Alamat Email", "Nomor WhatsApp")
    assert facts(survey, "source") == {"program": "program.google_forms", "form": "csv"}
    assert [str(time) for time in survey.times["submitted"]] == [
        "2024-11-12 09:05:33",
        "2024-11-12 09:07:01",
        "2024-11-12 09:07:01",
        "2024-11-13 10:00:00",
    ]


def test_qualtrics():
    survey = read(
        "qualtrics.csv", scales=[AGREE], variables=[variable("q1", "Q1_1", scale="agree")]
    )
    assert survey.answers["q1"].tolist() == [5]
    assert survey.answers.index.tolist() == [5]
    assert [(step.reason, step.n) for step in survey.steps] == [
        ("preview", 1),
        ("unfinished", 1),
    ]
    assert survey.n_read == 3
    assert facts(survey, "personal_data")["columns"] == ("IPAddress", "Q5_3_TEXT")


def test_kobo():
    scale = {"name": "five", "points": [{"code": code} for code in range(1, 6)]}
    scale["aside"] = [{"code": -99, "text": "Tidak jawab"}]
    media = {"name": "media", "points": [{"code": "wa"}, {"code": "fb"}]}
    survey = read(
        "kobo_xml_headers.csv",
        scales=[scale, media],
        variables=[
            *(variable(name, name, scale="five") for name in ("x1", "x2")),
            variable("sources", "sumber", scale="media", type="choices"),
        ],
    )
    np.testing.assert_array_equal(survey.answers, [[5, 2, 2, 1, 1], [3, NAN, 1, 1, 0]])
    assert survey.absences["x2"].tolist() == [0, Absence.ASIDE]
    assert "_uuid" in facts(survey, "personal_data")["columns"]


def test_spss():
    five = {"name": "five", "points": [{"code": code} for code in range(1, 6)]}
    party = {
        "name": "party",
        "points": [{"code": 1, "text": "Calon A"}, {"code": 2, "text": "Calon B"}],
    }
    survey = read(
        "survey.sav",
        scales=[five, party],
        variables=[
            variable("x1", "x1", scale="five"),
            variable("x2", "x2", scale="five"),
            variable("vote", "vote", scale="party"),
        ],
    )
    assert [point.code for point in survey.schema.aside("x1")] == [9, 99, 8]
    assert survey.glossary.label("x1=99", "id") == "Tidak jawab"
    np.testing.assert_array_equal(survey.answers["x1"], [1, 2, 5, NAN, NAN])
    assert survey.absences["x1"].tolist() == [0, 0, 0, Absence.ASIDE, Absence.ASIDE + 1]


def test_excel_of_indonesia():
    survey = read(
        "excel_id_cp1252.csv",
        variables=[
            variable("age", "Usia", low=17),
            variable("weight", "Bobot", type="number"),
            variable("income", "Pendapatan", type="number"),
            variable("note", "Catatan"),
        ],
        roles={"weight": "weight"},
    )
    named = ["age", "weight", "income"]
    assert survey.answers[named].to_numpy().tolist() == [
        [34, 1.25, 1_500_000], [17, 0.8, 750_000],
    ]  # fmt: skip
    assert survey.answers["note"].tolist() == ["Calon “Pak Budi” \u2013 baik", "\u2014"]
