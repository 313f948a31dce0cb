"""What a first user does: run, edit three lines of the draft, run again, read a full report."""

import json
from pathlib import Path

import openpyxl

from campaign_effect.analyze import main

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "data" / "examples" / "village_survey.csv"


def answers_of_an_unknown_questionnaire(path):
    """Write the example with one header changed, so that no bundled schema fits."""
    text = EXAMPLE.read_text(encoding="utf-8")
    assert text.count(",Desa,") == 1
    path.write_text(text.replace(",Desa,", ",Nama desa,"), encoding="utf-8")


def results(folder):
    return json.loads((Path(folder) / "results.json").read_text(encoding="utf-8"))["results"]


def test_run_edit_three_lines_run_again_gives_a_full_report(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    answers_of_an_unknown_questionnaire(Path("jawaban.csv"))
    assert main(["jawaban.csv", "--out", "first", "--format", "md", "--quiet"]) == 0
    assert "effects" not in results("first")

    draft = Path("jawaban.draft.yaml")
    lines = draft.read_text(encoding="utf-8").splitlines()
    question = "QUESTION: which answer is to be explained?"
    (asked,) = [at for at, line in enumerate(lines) if question in line]
    for at in range(asked + 1, asked + 4):
        lines[at] = lines[at].replace("#", "", 1)
    draft.write_text("\n".join(lines) + "\n", encoding="utf-8")

    arguments = ["jawaban.csv", "--schema", str(draft), "--out", "second", "--format", "md"]
    assert main([*arguments, "--quiet"]) == 0
    found = results("second")
    assert {"quality", "description", "reliability", "effects", "margins"} <= set(found)
    capsys.readouterr()
    report = next(Path("second").glob("*.md")).read_text(encoding="utf-8")
    for platform in ("WhatsApp", "Facebook", "TikTok"):
        assert platform in report


def test_the_source_and_the_sheet_can_be_said(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    book = openpyxl.Workbook()
    book.active.append(["Catatan", "Isi"])
    book.active.append(["a", "b"])
    sheet = book.create_sheet("Jawaban")
    for row in (
        ["Waktu", "grp/X1", "grp/X2"],
        *(["x", at % 5 + 1, 5 - at % 5] for at in range(40)),
    ):
        sheet.append(row)
    book.save("a.xlsx")
    said = ["--draft-schema", "--source", "kobo", "--sheet", "Jawaban"]
    assert main(["a.xlsx", *said]) == 0
    assert "grp/X1" in Path("a.draft.yaml").read_text(encoding="utf-8")
    Path("a.draft.yaml").unlink()
    assert main(["a.xlsx", "--draft-schema", "--source", "kobbo"]) == 2
    assert "did you mean 'kobo'" in capsys.readouterr().err
