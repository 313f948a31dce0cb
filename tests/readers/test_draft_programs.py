"""A draft of each program's export reads right away, choices, times and codes included."""

import pandas as pd
import pytest

import campaign_effect as ce
from campaign_effect.report import Report

LABELS = ["Setuju", "Netral", "Tidak setuju", "Sangat setuju", "Sangat tidak setuju"]

SAID = {
    "en": "The file was read as an export of Google Forms (csv).",
    "id": "Berkas dibaca sebagai ekspor Google Forms (csv).",
}


def drafted(path):
    draft = ce.draft_schema(path)
    return draft.schema, ce.read_survey(path, draft.schema)


def test_limesurvey(written):
    rows = ["id;submitdate;lastpage;startlanguage;X[x1];X[x2];media[wa];media[fb]"]
    for at in range(40):
        when = "2024-11-12 09:09:00" if at % 10 else ""
        ticks = "Y;" if at % 2 else ";Y"
        rows.append(f"{at};{when};3;id;A{at % 5 + 1};A{(at + 1) % 5 + 1};{ticks}")
    schema, survey = drafted(written("\ufeff" + "\r\n".join(rows) + "\r\n"))
    (construct,) = schema.constructs
    assert [item.column for item in construct.items] == [("X[x1]",), ("X[x2]",)]
    assert (construct.scale, survey.n) == ("points_1_5", 36)
    assert survey.answers["media"].eq(1).all()
    assert [one.platform for one in schema.roles.exposures] == ["whatsapp", "facebook"]


@pytest.mark.parametrize("times", ["Start Date,End Date", "Date Created,Date Modified"])
def test_surveymonkey(written, times):
    rows = [f"Respondent ID,Collector ID,{times},Sumber?,,Pesan?,"]
    rows += [",,,,WhatsApp,Tatap muka,Jelas,Benar"]
    for at in range(40):
        day, ticks = f"11/{at % 28 + 1:02d}/2024", "WhatsApp," if at % 2 else ",Tatap muka"
        answers = f"{LABELS[at % 5]},{LABELS[at % 5]}"
        rows.append(f"{at},9,{day} 09:05:33 AM,{day} 09:15:33 PM,{ticks},{answers}")
    schema, survey = drafted(written("\n".join(rows) + "\n"))
    assert schema.constructs[0].scale == "agree5_netral"
    assert survey.answers["sumber_whatsapp"].sum() == 20
    minutes = (survey.times["submitted"] - survey.times["started"]).dt.total_seconds() / 60
    assert set(minutes) == {12 * 60 + 10}


def test_qualtrics(written):
    rows = ["StartDate,EndDate,Status,Finished,Q1_1,Q1_2,Q2_1,Q2_2"]
    rows += ["Start Date,End Date,Response Type,Finished,Agree? - Clear,Agree? - True,"]
    rows[-1] += "How often? - WhatsApp,How often? - TikTok"
    rows += [",".join(f'"{{""ImportId"":""{at}""}}"' for at in range(8))]
    for at in range(40):
        often = "Never,Often" if at % 2 else "Often,Never"
        agree = f"{LABELS[at % 5]},{LABELS[at % 5]}"
        rows.append(f"2024-11-12 09:00:00,2024-11-12 09:09:00,IP Address,True,{agree},{often}")
    schema, _ = drafted(written("\n".join(rows) + "\n"))
    (construct,) = schema.constructs
    assert (construct.name, construct.text.en) == ("q1", "Agree?")
    assert [item.text.en for item in construct.items] == ["Clear", "True"]
    assert [one.platform for one in schema.roles.exposures] == ["whatsapp", "tiktok"]


def test_kobo_with_labels_as_headers(written):
    rows = [
        "start,end,Sumber,Sumber/WhatsApp,Sumber/Tatap muka,Usia,_id,_uuid,_submission_time"
    ]
    for at in range(30):
        row = ["2024-11-12T09:00:00", "2024-11-12T09:09:00"]
        row += [["", "WhatsApp", "WhatsApp Tatap muka"][at % 3], str(int(at % 3 > 0))]
        row += [
            str(int(at % 3 > 1)),
            str(20 + at % 9),
            str(at),
            f"u-{at}",
            "2024-11-12T02:10:00",
        ]
        rows.append(",".join(row))
    schema, survey = drafted(written("\n".join(rows) + "\n"))
    assert schema.variable("sumber").is_choices
    assert survey.answers["sumber"].tolist() == [0, 1, 2] * 10
    joined = pd.DataFrame({"Sumber": [row.split(",")[2] for row in rows[1:]]})
    variables = [one for one in schema.variables if one.name == "sumber"]
    alone = schema.model_copy(
        update={"variables": tuple(variables), "roles": type(schema.roles)()}
    )
    assert ce.read_survey(joined, alone).answers["sumber"].dropna().tolist() == [1, 2] * 10


def test_what_was_recognised_is_said_in_both_languages(written):
    path = written("Cap waktu,Usia\n12/11/2024 9.05.33,34\n13/11/2024 9.05.33,30\n")
    notices = ce.read_survey(path).notices
    said = {
        language: Report([], language, None, notices).said_notices()[0] for language in SAID
    }
    assert said == SAID
