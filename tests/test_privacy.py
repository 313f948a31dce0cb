"""Two hundred planted identifiers come out nowhere: no file, no log line, no error."""

import io
import logging
import re
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

import campaign_effect as ce
from campaign_effect.analyze import main
from campaign_effect.errors import LabelsError
from campaign_effect.schema.files import parse_schema

EACH = 25
N = 8 * EACH
RNG = np.random.default_rng(17)
FIRST = ("Sutrimo", "Wagiyem", "Parjono", "Ngatinah", "Kasmirah")
LAST = ("Hardjosuwito", "Kertapati", "Wirjopranoto", "Tjondronegoro", "Sastroamidjojo")
PLANTED = {
    "name": [f"{FIRST[i % 5]} {LAST[i // 5]}" for i in range(EACH)],
    "email": [f"{FIRST[i % 5].lower()}.{i:02d}@surel-warga.co.id" for i in range(EACH)],
    "phone": [f"0812-9{i:03d}-4{i:03d}" for i in range(EACH)],
    "phone_abroad": [f"+62 857 3{i:03d} 6{i:03d}" for i in range(EACH)],
    "nik": [f"320407{i % 28 + 1:02d}1187{i:04d}" for i in range(EACH)],
    "ip": [f"103.28.{i + 11}.{i + 101}" for i in range(EACH)],
    "gps": [f"-7.{i + 250}913, 110.{i + 370}846" for i in range(EACH)],
    "free_text": [
        f"Pak lurah datang ke rumah kami di gang ke-{i} dekat kali lalu memberi amplop"
        for i in range(EACH)
    ],
}
HEADERS = {
    "name": "Nama lengkap",
    "email": "Alamat Email",
    "phone": "Nomor WhatsApp",
    "phone_abroad": "Kontak",
    "nik": "NIK",
    "ip": "IP Address",
    "gps": "Lokasi GPS",
    "free_text": "Mengapa Anda memilih calon itu?",
}
STRAY = ("email", "phone", "phone_abroad", "nik", "ip", "gps")
"""Kinds that are known by their form wherever they stand."""

BRIEFLY = [
    option for name in ("quality", "description", "effects") for option in ("--only", name)
]
"""Analyses that show variables, levels and rows, and take no bootstrap."""

LIKERT = ["Sangat tidak setuju", "Tidak setuju", "Netral", "Setuju", "Sangat setuju"]
SCHEMA = """\
name: form
scales:
  - name: agree
    points:
      - {code: 1, text: {id: Sangat tidak setuju}}
      - {code: 2, text: {id: Tidak setuju}}
      - {code: 3, text: {id: Netral}}
      - {code: 4, text: {id: Setuju}}
      - {code: 5, text: {id: Sangat setuju}}
  - name: media
    points: [{code: wa, text: WhatsApp}, {code: fb, text: Facebook}, {code: tv, text: Televisi}]
  - name: yes_no
    points: [{code: "yes", text: Ya}, {code: "no", text: Tidak}]
  - name: votes
    points: [{code: one, text: Calon 1}, {code: two, text: Calon 2}]
    aside: [{code: secret, text: Rahasia}]
constructs:
  - name: trust
    scale: agree
    items:
      - {name: t1, column: Percaya 1}
      - {name: t2, column: Percaya 2}
      - {name: t3, column: Percaya 3}
variables:
  - {name: agreed, column: Bersedia?, scale: yes_no}
  - {name: vote, column: Pilihan, scale: votes}
  - {name: media, column: Dari mana?, scale: media, type: choices}
  - {name: village, column: Desa, type: category}
  - {name: age, column: Usia, low: 17, high: 110}
  - {name: income, column: Pendapatan, type: number}
  - {name: weight, column: Bobot, type: number}
roles:
  outcomes: [{name: voted_one, variable: vote, event: one}]
  exposures: [{variable: trust}]
  controls: [age]
  group: vote
  cluster: village
  weight: weight
  age: age
  consent: {variable: agreed, agreed: "yes"}
  started: Mulai
  submitted: Selesai
"""
TRAIT = RNG.normal(2, 1, N)
AGREED = np.clip(np.round(TRAIT[:, None] + RNG.normal(0, 0.7, (N, 3))), 0, 4).astype(int)
ANSWERS = {
    **{f"Percaya {i + 1}": [LIKERT[code] for code in AGREED[:, i]] for i in range(3)},
    "Bersedia?": ["Ya"] * N,
    "Pilihan": list(RNG.choice(["Calon 1", "Calon 2", "Rahasia"], N, p=[0.5, 0.4, 0.1])),
    "Dari mana?": list(RNG.choice(["WhatsApp, Facebook", "Televisi", "WhatsApp"], N)),
    "Desa": list(RNG.choice([f"Desa {letter}" for letter in "ABCDEFGH"], N)),
    "Usia": [str(age) for age in RNG.integers(18, 80, N)],
    "Pendapatan": [str(1000 * k) for k in RNG.integers(500, 9000, N)],
    "Bobot": [f"{w:.2f}" for w in RNG.uniform(0.5, 2, N)],
    "Mulai": [f"2024-11-12 08:{i // 60:02d}:{i % 60:02d}" for i in range(N)],
    "Selesai": [f"2024-11-12 09:{i // 60:02d}:{(7 * i) % 60:02d}" for i in range(N)],
}
ALL = [cell for cells in PLANTED.values() for cell in cells]


def personal_columns():
    """Give every kind a column with its 25 identifiers in rows of their own."""
    columns = {}
    for place, (kind, header) in enumerate(HEADERS.items()):
        cells = [""] * N
        cells[place * EACH : (place + 1) * EACH] = PLANTED[kind]
        columns[header] = cells
    return columns


def forms(identifier):
    """Give the ways in which an identifier may be written."""
    yield identifier.casefold()
    digits = re.sub(r"\D", "", identifier)
    if len(digits) >= 9 and not re.search("[a-z]", identifier.lower()):
        yield digits
        yield digits.lstrip("0")
        yield digits.removeprefix("62")
    if re.fullmatch(r"-?\d+\.\d+, \d+\.\d+", identifier):
        yield from identifier.split(", ")


def texts_of(folder):
    """Read every file as text; those in a Word file too."""
    for path in folder.rglob("*"):
        if path.suffix == ".docx":
            with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as parts:
                for name in parts.namelist():
                    yield f"{path.name}:{name}", parts.read(name).decode("utf-8", "ignore")
        elif path.is_file() and path.suffix != ".png":
            yield path.name, path.read_bytes().decode("utf-8", "ignore")


def leaks(texts, planted=ALL):
    """Name every identifier that is in a text, and where."""
    looked_for = {form: one for one in planted for form in forms(one)}
    return [
        (where, looked_for[form])
        for where, text in texts
        for form in looked_for
        if form in text.casefold()
    ]


@pytest.fixture
def drawn(monkeypatch):
    """Every text that is written in a figure, whatever file the figure ends in."""
    texts = []
    write = Text.draw

    def draw(text, *args, **options):
        texts.append(text.get_text())
        return write(text, *args, **options)

    monkeypatch.setattr(Text, "draw", draw)
    return texts


@pytest.fixture
def run(tmp_path, monkeypatch, capsys, caplog, drawn):
    """Run the command on columns; give its status and everything that came out."""
    monkeypatch.chdir(tmp_path)
    caplog.set_level(logging.DEBUG)

    def command(columns, *options, schema=SCHEMA, suffix="csv"):
        source = tmp_path / "in"
        source.mkdir(exist_ok=True)
        frame = pd.DataFrame(columns)
        path = source / f"survey.{suffix}"
        if suffix == "csv":
            frame.to_csv(path, index=False)
        else:
            frame.to_excel(path, index=False)
        given = []
        if schema:
            (source / "schema.yaml").write_text(schema, encoding="utf-8")
            given = ["--schema", str(source / "schema.yaml")]
        status = main([str(path), *given, "--out", str(tmp_path / "out"), *options])
        said = capsys.readouterr()
        out = [*texts_of(tmp_path / "out"), ("stdout", said.out), ("stderr", said.err)]
        out += [("log", record.getMessage()) for record in caplog.records]
        out += [("figure", "\n".join(drawn))]
        out += [(path.name, path.read_text()) for path in tmp_path.glob("*.yaml")]
        return status, out

    return command


def test_two_hundred_are_planted():
    assert len(set(ALL)) == N == 200


def test_the_search_finds_what_is_there():
    shown = "Nomor: 08129000 4000 dan 812-9001-4001; SUTRIMO HARDJOSUWITO"
    assert len(leaks([("x", shown)])) == 1
    assert leaks([("x", "6285730016001")])
    assert leaks([("x", "-7.250913")])


def test_identifiers_in_columns_of_their_own_are_in_no_file_of_any_format(run):
    status, out = run({**personal_columns(), **ANSWERS}, *BRIEFLY)
    assert status == 0
    assert len(out) > 30
    assert leaks(out) == []
    shown = dict(out)["figure"]
    assert {"t1", "Sangat setuju"} <= set(shown.split("\n"))  # figures were searched


def test_a_name_drawn_in_a_figure_is_found(drawn):
    canvas = Figure()
    canvas.subplots().set_title(PLANTED["name"][3])
    canvas.savefig(io.BytesIO(), format="png")
    assert leaks([("figure", "\n".join(drawn))]) == [("figure", PLANTED["name"][3])]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_identifiers_in_a_file_without_a_schema_come_out_nowhere(run, suffix):
    columns = {**personal_columns(), **ANSWERS}
    status, out = run(columns, *BRIEFLY, "--format", "csv", schema=None, suffix=suffix)
    assert status == 0
    assert any(name.endswith(".draft.yaml") for name, _ in out)
    assert leaks(out) == []


@pytest.mark.parametrize("options", [["--draft-schema"], ["--strict"]])
def test_identifiers_are_in_no_draft_and_no_refusal(run, options):
    _, out = run({**personal_columns(), **ANSWERS}, *options, schema=None)
    assert leaks(out) == []


def with_strays(columns):
    """Plant every kind that has a form in some cells of these columns."""
    answers = {name: list(cells) for name, cells in ANSWERS.items()}
    for place, column in enumerate(columns):
        for at, kind in enumerate(STRAY):
            row = 1 + 2 * at
            identifier = PLANTED[kind][(place + at) % EACH]
            answers[column][row] = identifier
            answers[column][row + 1] = f"{answers[column][row + 1]}, hubungi {identifier} ya"
    return answers


OPEN = ("Desa", "Usia", "Pendapatan", "Mulai", "Selesai")
"""Fields whose answers are on no list."""


@pytest.mark.parametrize("schema", [SCHEMA, None])
def test_stray_identifiers_in_open_fields_are_no_answers_and_come_out_nowhere(run, schema):
    status, out = run(with_strays(OPEN), *BRIEFLY, "--format", "md", schema=schema)
    assert status == 0
    assert leaks(out) == []


@pytest.mark.parametrize("schema", [SCHEMA, None])
@pytest.mark.parametrize("column", sorted(set(ANSWERS) - set(OPEN)))
def test_stray_identifiers_among_listed_answers_are_refused_unseen(run, column, schema):
    status, out = run(with_strays([column]), *BRIEFLY, "--format", "md", schema=schema)
    assert status in ({1} if schema and column != "Bobot" else {0, 1})
    assert leaks(out) == []


def test_a_data_frame_without_a_schema_loses_them_too():
    survey = ce.read_survey(pd.DataFrame({**personal_columns(), **with_strays(["Desa"])}))
    assert not set(HEADERS.values()) & set(survey.answers)
    assert leaks([("answers", survey.answers.to_csv())]) == []


def test_no_archive_or_codebook_holds_them(tmp_path):
    frame = pd.DataFrame({**personal_columns(), **with_strays(OPEN)})
    survey = ce.read_survey(frame, parse_schema(SCHEMA))
    draft = ce.draft_schema(frame).schema
    ce.write_spss(survey, tmp_path / "survey.sav")
    for name, schema in (("schema", survey.schema), ("draft", draft)):
        ce.write_codebook(schema, tmp_path / f"{name}_book.xlsx")
        ce.write_xlsform(schema, tmp_path / f"{name}_form.xlsx")
        ce.write_table_schema(schema, tmp_path / f"{name}.json")
    answers, labels = pyreadstat.read_sav(str(tmp_path / "survey.sav"))
    texts = [*texts_of(tmp_path), ("sav", answers.to_csv()), ("labels", str(vars(labels)))]
    for book in tmp_path.glob("*.xlsx"):
        sheets = openpyxl.load_workbook(book)
        texts += [(book.name, str(list(sheet.values))) for sheet in sheets]
    assert leaks(texts) == []


@pytest.mark.parametrize("kind", STRAY)
def test_a_refusal_names_the_row_and_not_the_cell(kind):
    """A cell that resembles a label is quoted; not one with an identifier in it."""
    cells = [*LIKERT, f"Setuju {PLANTED[kind][0]}", "Setujuu"]
    frame = pd.DataFrame({**{name: cells * 3 for name in ANSWERS}, "Bersedia?": ["Ya"] * 21})
    with pytest.raises(LabelsError) as caught:
        ce.read_survey(frame, parse_schema(SCHEMA))
    assert "'Setujuu'" in str(caught.value)
    assert leaks([("error", str(caught.value))]) == []
