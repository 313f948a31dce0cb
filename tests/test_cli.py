"""The command: what it writes, what it says, and how it refuses."""

import csv
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from campaign_effect.analyses import ANALYSES, OF_IMPUTATIONS
from campaign_effect.analyze import main

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
EXAMPLE = ROOT / "data" / "examples" / "village_survey.csv"
SCHEMAS = ROOT / "data" / "schemas"
TABLE_FORMATS = {".csv", ".docx", ".html", ".md", ".tex"}
SECONDS_FOR_HELP = 0.3


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Run the command once on the bundled survey; give the folder it wrote."""
    folder = tmp_path_factory.mktemp("cli") / "report"
    assert main([str(EXAMPLE), "--out", str(folder), "--quiet"]) == 0
    return folder


def command(*arguments, cwd=None, **more):
    return subprocess.run(
        [sys.executable, "-m", "campaign_effect.analyze", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        check=False,
        timeout=120,
        **more,
    )


def test_the_bundled_survey_becomes_a_whole_report(written):
    assert {path.name for path in written.iterdir()} == {
        *("report.html", "report.docx", "tables", "figures", "results.json", "manifest.json")
    }
    tables = {path.suffix for path in (written / "tables").iterdir()}
    assert tables == TABLE_FORMATS
    names = {path.stem for path in (written / "tables").iterdir()}
    for name in names:
        assert {p.suffix for p in (written / "tables").glob(f"{name}.*")} == TABLE_FORMATS
    assert {path.suffix for path in (written / "figures").iterdir()} == {".svg", ".png"}


def test_results_hold_every_number_sample_and_notice(written):
    record = json.loads((written / "results.json").read_text(encoding="utf-8"))
    assert list(record["results"]) == [name for name in ANALYSES if name not in OF_IMPUTATIONS]
    effect = record["results"]["margins"]["parts"]["effects"][0]
    assert isinstance(effect["estimate"], float)
    sample = record["results"]["effects"]["samples"]["voted_calon_1"]
    assert sample["n_used"] + sum(sample["dropped"].values()) == sample["n_total"]


def test_manifest_names_versions_seed_options_and_hashes(written):
    record = json.loads((written / "manifest.json").read_text(encoding="utf-8"))
    assert len(record["inputs_sha256"]["village_survey.csv"]) == 64
    assert "pilkades.yaml" in record["inputs_sha256"]
    assert record["seed"] == 1
    assert {"campaign_effect", "python", "libraries", "options"} <= set(record)


def test_no_name_or_number_of_a_person_is_in_any_output(written):
    with EXAMPLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    personal = {row[column] for row in rows for column in ("Nama lengkap", "Nomor WhatsApp")}
    text = "".join(
        path.read_text(encoding="utf-8", errors="ignore")
        for path in written.rglob("*")
        if path.suffix in {".html", ".json", ".md", ".csv", ".tex", ".svg"}
    )
    assert len(personal) > 400
    assert not [cell for cell in personal if cell and cell in text]


def test_the_same_command_writes_the_same_bytes(written, tmp_path):
    again = tmp_path / "again"
    assert main([str(EXAMPLE), "--out", str(again), "--quiet"]) == 0
    files = sorted(path.relative_to(written) for path in written.rglob("*") if path.is_file())
    assert files == sorted(p.relative_to(again) for p in again.rglob("*") if p.is_file())
    assert [f for f in files if (written / f).read_bytes() != (again / f).read_bytes()] == []


def test_languages_show_the_same_digits(tmp_path):
    shown = []
    for language in ("en", "id"):
        out = tmp_path / language
        options = ["--language", language, "--format", "md", "--only", "reliability"]
        assert main([str(EXAMPLE), "--out", str(out), "--quiet", *options]) == 0
        table = (out / "tables" / "reliability_items.md").read_text(encoding="utf-8")
        shown.append([c for c in table if c.isdigit()])
    assert shown[0] == shown[1]


def test_paths_go_to_stdout_and_json_holds_the_numbers(tmp_path, capsys):
    out = tmp_path / "one"
    assert main([str(EXAMPLE), "--out", str(out), "--only", "reliability", "--quiet"]) == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines()[0] == str(out)
    assert captured.err == ""
    assert main([str(EXAMPLE), "--out", str(out), "--only", "quality", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["written"][0] == str(out)
    assert "quality" in record["results"]


def test_help_answers_at_once_and_imports_nothing_heavy():
    code = (
        "import sys, campaign_effect.analyze as a\n"
        "try: a.main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'pandas', 'numpy', 'matplotlib', 'scipy', 'pydantic'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    times = []
    for _ in range(3):
        start = time.perf_counter()
        assert command("--help").returncode == 0
        times.append(time.perf_counter() - start)
    bare = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", "pass"], check=True)
        bare.append(time.perf_counter() - start)
    # Beside a busy neighbour even an empty process is slow: its own start is not ours.
    assert min(times) - min(bare) < SECONDS_FOR_HELP


def test_list_and_version_say_what_there_is(capsys):
    assert main(["--list"]) == 0
    assert "reliability" in capsys.readouterr().out
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == "0.1.0"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        [str(EXAMPLE), "--only", "reliabilty"],
        [str(EXAMPLE), "--schema", "pilkade"],
    ],
)
def test_a_wrong_command_is_status_2(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert "Hint" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_option_is_status_2():
    assert command("x.csv", "--formt", "html").returncode == 2


def test_a_closed_pipe_is_no_traceback(tmp_path):
    line = f"{sys.executable} -m campaign_effect.analyze --help | head -n 1"
    done = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "usage" in done.stdout
    line = f"{sys.executable} -m campaign_effect.analyze --list | true"
    done = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_an_existing_report_is_replaced_and_nothing_else(tmp_path, capsys):
    out = tmp_path / "report"
    options = ["--out", str(out), "--only", "quality", "--quiet"]
    assert main([str(EXAMPLE), *options]) == 0
    (out / "stray.txt").write_text("old", encoding="utf-8")
    assert main([str(EXAMPLE), *options]) == 0
    assert not (out / "stray.txt").exists()
    other = tmp_path / "mine"
    other.mkdir()
    (other / "thesis.docx").write_text("precious", encoding="utf-8")
    assert main([str(EXAMPLE), "--out", str(other)]) == 1
    assert "no report" in capsys.readouterr().err
    assert (other / "thesis.docx").read_text(encoding="utf-8") == "precious"


def write(tmp_path, text, name="survey.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


SCHEMA = """\
name: small
scales:
  - name: agree
    points:
      - {code: 1, text: {en: Disagree}}
      - {code: 2, text: {en: Neutral}}
      - {code: 3, text: {en: Agree}}
constructs:
  - name: trust
    scale: agree
    items:
      - {name: q1, column: Q1}
      - {name: q2, column: Q2}
variables:
  - {name: wa, column: WA, type: number}
  - {name: vote, column: Vote, type: number}
roles:
  outcomes:
    - {name: voted, variable: vote, event: 1}
  exposures:
    - {variable: wa}
"""
HEADER = "Q1,Q2,WA,Vote\n"
ROWS = [
    *("1,2,1,0", "2,2,2,1", "3,3,3,1", "1,1,4,0", "2,3,2,1", "3,2,1,1", "2,1,4,0", "1,3,3,1"),
    *("1,2,2,0", "2,2,1,0", "3,1,3,0", "3,3,2,1"),
]


def changed(column, value):
    """Write the small survey with one column set to one value."""
    place = ["Q1", "Q2", "WA", "Vote"].index(column)
    rows = [row.split(",") for row in ROWS]
    return HEADER + "\n".join(",".join([*r[:place], value, *r[place + 1 :]]) for r in rows)


BAD_FILES = {
    "missing": (None, "does not exist|no file"),
    "empty": ("", "empty|no "),
    "header only": (HEADER, "no rows|no answers|header"),
    "binary": (bytes(range(256)) * 20, "is binary"),
    "absent columns": ("Q1,Q2,WA,Vot\n1,1,1,1\n", r"did you mean 'Vot'"),
    "labels that fit no scale": (changed("Q1", "Agreee"), r"Q1.*rows 2, 3"),
    "outcome with one value": (changed("Vote", "1"), "one value"),
    "constant exposure": (changed("WA", "3"), "one value"),
    "fewer rows than terms": (HEADER + "1,2,1,0\n2,3,2,1\n", "complete answers for 2 terms"),
    "unknown delimiter": ((HEADER + "\n".join(ROWS)).replace(",", "~"), "separated by .~"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_input_is_status_1_and_nothing_is_written(name, tmp_path, monkeypatch, capsys):
    content, words = BAD_FILES[name]
    monkeypatch.chdir(tmp_path)
    schema = write(tmp_path, SCHEMA, "schema.yaml")
    survey = tmp_path / "survey.csv"
    if content is not None:
        write(tmp_path, content)
    before = set(tmp_path.iterdir())
    status = main([str(survey), "--schema", str(schema)])
    said = capsys.readouterr().err
    assert status == 1
    assert "Traceback" not in said
    assert re.search(words, said, re.DOTALL), said
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_another_delimiter_is_found(delimiter, tmp_path):
    schema = write(tmp_path, SCHEMA, "schema.yaml")
    survey = write(tmp_path, (HEADER + "\n".join(ROWS)).replace(",", delimiter))
    given = ["--schema", str(schema), "--out", str(tmp_path / "out"), "--only", "quality"]
    assert main([str(survey), *given]) == 0


@pytest.mark.parametrize(("mark", "named"), [("^", "^"), ("\t", "tab"), (";", ";")])
def test_a_delimiter_can_be_named(mark, named, tmp_path):
    schema = write(tmp_path, SCHEMA, "schema.yaml")
    survey = write(tmp_path, (HEADER + "\n".join(ROWS)).replace(",", mark))
    out = tmp_path / "out"
    given = ["--schema", str(schema), "--out", str(out), "--only", "quality"]
    assert main([str(survey), *given, "--delimiter", named]) == 0
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["options"]["delimiter"] == named


def test_what_cannot_be_a_delimiter_is_a_wrong_command(tmp_path, capsys):
    survey = write(tmp_path, HEADER + "\n".join(ROWS))
    assert main([str(survey), "--delimiter", "::"]) == 2
    assert "cannot separate cells" in capsys.readouterr().err


def test_a_folder_is_no_survey(tmp_path, capsys):
    assert main([str(tmp_path)]) == 1
    assert "folder" in capsys.readouterr().err


def test_everyone_excluded_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rows = HEADER + "\n".join(["2,2,1,0"] * 12)
    text = SCHEMA.replace("name: small", "name: small\nexclude: [straight_lining]")
    items = "\n".join(f"      - {{name: q{i}, column: Q1}}" for i in range(3, 8))
    text = text.replace(
        "      - {name: q2, column: Q2}", "      - {name: q2, column: Q2}\n" + items
    )
    schema = write(tmp_path, text, "schema.yaml")
    assert main([str(write(tmp_path, rows)), "--schema", str(schema)]) == 1
    assert "excluded" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_place_that_cannot_be_written_is_said_as_a_user(tmp_path, capsys):
    tmp_path.chmod(0o500)
    assert main([str(EXAMPLE), "--out", str(tmp_path / "report")]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_said(tmp_path, capsys):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    out = tmp_path / "file" / "report"
    assert main([str(EXAMPLE), "--out", str(out), "--only", "quality"]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_a_file_without_schema_gets_a_draft_and_what_can_be_done(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    labels = ["Sangat tidak setuju", "Tidak setuju", "Netral", "Setuju", "Sangat setuju"]
    frame = pd.DataFrame(
        {
            f"Pernyataan [Butir {i}]": [labels[(row * (i + 1) + i) % 5] for row in range(40)]
            for i in range(4)
        }
    )
    frame.to_csv("jawaban.csv", index=False)
    assert main(["jawaban.csv"]) == 0
    said = capsys.readouterr()
    assert Path("jawaban.draft.yaml").is_file()
    assert "jawaban.draft.yaml" in said.err + said.out
    record = json.loads(Path("jawaban_report", "results.json").read_text(encoding="utf-8"))
    assert {"quality", "description", "reliability"} <= set(record["results"])
    assert not {"effects", "exposures", "linear"} & set(record["results"])
    assert "no_question" in {notice["code"] for notice in record["notices"]}
    assert main(["jawaban.csv", "--schema", "jawaban.draft.yaml", "--quiet"]) == 0


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real survey is not here")
def test_the_real_survey_becomes_a_report(tmp_path):
    survey = SHARED / "data" / "imprints" / "main_data.csv"
    out = tmp_path / "imprints"
    assert (
        main([str(survey), "--out", str(out), "--schema", "digital_imprints", "--quiet"]) == 0
    )
    record = json.loads((out / "results.json").read_text(encoding="utf-8"))
    fits = {fit["outcome"]: fit for fit in record["results"]["effects"]["parts"]["fits"]}
    assert {"labour", "any_party"} == set(fits)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the fixtures are not here")
@pytest.mark.parametrize("name", ["google_forms_id.csv", "survey.sav"])
def test_small_exports_say_what_cannot_be_done(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main([str(SHARED / "fixtures" / name)]) == 0
    said = capsys.readouterr()
    stem = Path(name).stem
    assert Path(f"{stem}.draft.yaml").is_file()
    assert Path(f"{stem}_report", "report.html").is_file()
    assert "a@x.id" not in said.err + said.out


def test_missing_answers_are_imputed_where_asked(tmp_path, capsys):
    folder = tmp_path / "report"
    asked = ["--impute", "2", "--only", "complete_cases", "--quiet", "--out", str(folder)]
    assert main([str(EXAMPLE), *asked]) == 0
    record = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    samples = record["results"]["complete_cases"]["samples"]
    imputed, complete = samples["voted_calon_1"], samples["voted_calon_1:complete"]
    assert imputed["n_imputations"] == 2
    assert imputed["imputed"]["age"] > 0
    assert imputed["n_used"] - imputed["n_imputed"] == complete["n_used"]
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["options"]["impute"] == 2
    assert main([str(EXAMPLE), "--impute", "1"]) == 2
    assert "at least 2 imputations" in capsys.readouterr().err
