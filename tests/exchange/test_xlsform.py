"""An XLSForm holds the questions; what it cannot hold is said."""

import openpyxl
import pytest

import campaign_effect as ce
from campaign_effect.errors import SchemaError
from campaign_effect.schema.model import Schema

CARRIED = Schema.model_validate(
    {
        "name": "form",
        "title": "Survei desa",
        "scales": [
            {
                "name": "agree",
                "points": [
                    {"code": c, "text": {"en": f"e{c}", "id": f"i{c}"}} for c in (1, 2, 3)
                ],
                "aside": [{"code": -99, "text": {"en": "Secret", "id": "Rahasia"}}],
            },
            {"name": "media", "points": [{"code": "wa", "text": "WhatsApp"}, {"code": "fb"}]},
        ],
        "constructs": [
            {
                **{"name": "trust", "scale": "agree", "text": "Percaya"},
                "items": [
                    {"name": "t1", "column": ["t1", "trust/t1"], "text": "Benar"},
                    {"name": "t2", "column": ["t2", "trust/t2"], "text": {"id": "Jelas"}},
                ],
            }
        ],
        "variables": [
            {"name": "sources", "column": "sources", "scale": "media", "type": "choices"},
            {"name": "vote", "column": "vote", "scale": "media", "text": "Pilihan"},
            {"name": "age", "column": "age", "low": 17, "high": 110},
            {"name": "income", "column": "income", "type": "number"},
        ],
        "roles": {"started": "start", "submitted": "end"},
    }
)


def test_questions_scales_and_times_come_back(tmp_path):
    written = ce.write_xlsform(CARRIED, tmp_path / "a.xlsx")
    read = ce.read_xlsform(written.path)
    assert read.schema == CARRIED
    assert read.notices == ()
    assert [dict(notice.facts)["what"] for notice in written.notices] == ["lost.columns"]


def test_what_an_xlsform_cannot_hold_is_said(tmp_path):
    notices = ce.write_xlsform(ce.read_schema("pilkades"), tmp_path / "a.xlsx").notices
    told = {dict(one.facts)["what"]: dict(one.facts)["parts"] for one in notices}
    assert "trust_2" in told["lost.reversed"]
    assert told["lost.scores"][0] == "message_trust"
    assert {"outcomes", "exposures", "cluster"} <= set(told["lost.roles"])
    assert "whatsapp" in told["lost.columns"]


def form(path, survey, choices=(), settings=None):
    book = openpyxl.Workbook()
    book.remove(book.active)
    sheets = {"survey": survey, "choices": choices, "settings": settings or [["form_title"]]}
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


CHOICES = [
    ["list_name", "name", "label"],
    *([["a", n, str(n)] for n in (1, 2, 3)]),
    *([["b", w, w.upper()] for w in ("wa", "fb")]),
]


def test_a_form_of_researchers_is_read(tmp_path):
    survey = [
        ["type", "name", "label::Bahasa Indonesia (id)", "constraint", "relevant"],
        ["start", "start", None, None, None],
        ["note", "hello", "Selamat pagi", None, None],
        ["text", "nama", "Nama lengkap", None, None],
        ["begin group", "grp_x", "Percaya?", None, None],
        ["select_one a", "x1", "Benar", None, None],
        ["select_one a", "x2", "Jelas", None, None],
        ["end group", None, None, None, None],
        ["select_multiple b", "media", "Sumber", None, None],
        ["integer", "umur", "Usia", ". >= 17 and . <= 99", None],
        ["select_one nowhere", "z", "Z", None, None],
    ]
    read = ce.read_xlsform(form(tmp_path / "f.xlsx", survey, CHOICES))
    schema = read.schema
    (construct,) = schema.constructs
    assert (construct.name, construct.scale) == ("grp_x", "a")
    assert [item.column for item in construct.items] == [
        ("x1", "grp_x/x1"), ("x2", "grp_x/x2"),
    ]  # fmt: skip
    assert [(v.name, v.type, v.low, v.high) for v in schema.variables] == [
        ("media", "choices", None, None),
        ("umur", None, 17.0, 99.0),
    ]
    assert (schema.roles.personal, schema.roles.started) == (("nama",), ("start",))
    (notice,) = read.notices
    assert dict(notice.facts)["parts"] == ("hello", "z")


def test_the_answers_of_a_form_are_read_with_its_schema(tmp_path, shared):
    survey = [
        ["type", "name", "label"],
        ["begin_group", "grp_media", ""],
        ["select_multiple media", "sumber", "Sumber"],
        ["end_group"],
        ["begin_group", "grp_x", ""],
        ["select_one agree", "x1", "Benar"],
        ["select_one agree", "x2", "Jelas"],
        ["end_group"],
        ["select_one vote", "vote", "Pilihan"],
    ]
    choices = [["list_name", "name", "label", "aside"]]
    choices += [["media", "wa", "WhatsApp", ""], ["media", "fb", "Facebook", ""]]
    choices += [["agree", n, f"p{n}", ""] for n in (1, 2, 3, 4, 5)]
    choices += [["agree", -99, "Rahasia", "yes"]]
    choices += [["vote", "c1", "Calon 1", ""], ["vote", "c2", "Calon 2", ""]]
    choices += [["vote", "ref", "Rahasia", "yes"]]
    schema = ce.read_xlsform(form(tmp_path / "f.xlsx", survey, choices)).schema
    found = ce.read_survey(shared("fixtures/kobo_xml_headers.csv"), schema)
    assert found.answers[["x1", "sumber", "sumber_wa", "sumber_fb"]].to_numpy().tolist() == [
        [5, 2, 1, 1], [3, 1, 1, 0],
    ]  # fmt: skip
    assert found.absences[["x2", "vote"]].to_numpy().tolist() == [[0, 0], [4, 4]]
    seconds = (found.times["submitted"] - found.times["started"]).dt.total_seconds()
    assert seconds.tolist() == [540, 60]


def test_what_is_no_form_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    openpyxl.Workbook().save(path)
    with pytest.raises(SchemaError, match="needs the sheets 'survey' and 'choices'"):
        ce.read_xlsform(path)
