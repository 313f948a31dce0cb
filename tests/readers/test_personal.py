"""Personal data are recognised, dropped, and never shown; answers are left alone."""

import numpy as np
import pandas as pd
import pytest

from campaign_effect.errors import SchemaError
from campaign_effect.readers import read_table
from campaign_effect.readers.personal import Hashes, drop_personal, find_personal
from campaign_effect.schema.model import Schema

N = 60
RNG = np.random.default_rng(7)
PLANTED = {
    "Alamat Email": ("email", [f"warga{i}@contoh.id" for i in range(N)]),
    "kontak": ("email", [f"Warga{i}@contoh.co.id " for i in range(N)]),
    "Nomor WhatsApp": ("phone", [f"8123456{i:04d}" for i in range(N)]),
    "Nomor HP": ("phone", [f"+62 812-3456-{i:04d}" for i in range(N)]),
    "q17": ("phone", [f"0812 3456 {i:04d}" for i in range(N)]),
    "NIK": ("nik", [f"320101{i % 28 + 1:02d}0190{i:04d}" for i in range(N)]),
    "nomor": ("nik", [f"320101{i % 28 + 41:02d}1285{i:04d}" for i in range(N)]),
    "IPAddress": ("ip", [f"10.0.{i}.1" for i in range(N)]),
    "LocationLatitude": ("location", [f"-6.{i}123" for i in range(N)]),
    "lokasi_gps": ("location", [f"-6.{i}123 106.{i}456 0 0" for i in range(N)]),
    "titik": ("location", [f"-6.{i:03d}1, 106.{i:03d}4" for i in range(N)]),
    "_uuid": ("id", [f"u-{i}" for i in range(N)]),
    "ResponseId": ("id", [f"R_{i:015d}" for i in range(N)]),
    "meta": ("id", [f"uuid:0a1b2c3d-0000-4000-8000-{i:012d}" for i in range(N)]),
    "Nama lengkap": ("name", [f"Siti {chr(65 + i % 26)}{chr(97 + i // 26)}" for i in range(N)]),
    "RecipientLastName": ("name", ["Budi", "Sari"] * (N // 2)),
    "Responden": ("name", [f"Pak {chr(65 + i % 26)}{chr(97 + i // 26)}" for i in range(N)]),
    "Alamat rumah": ("address", [f"Jalan Melati {i}" for i in range(N)]),
    "Saran Anda": ("free_text", [f"lebih baik {i}" for i in range(N)]),
    "Q5_3_TEXT": ("free_text", ["lain"] * N),
    "Mengapa?": (
        "free_text",
        [f"Karena calon itu dekat dengan warga nomor {i}" for i in range(N)],
    ),
}
LIKERT = ["Sangat tidak setuju", "Tidak setuju", "Netral", "Setuju", "Sangat setuju"]
ANSWERS = {
    "Saya percaya nama baik calon": LIKERT * (N // 5),
    "Nama calon yang dipilih": ["Budi", "Sari", "Golput"] * (N // 3),
    "Nama desa": [f"Desa {chr(65 + i % 12)}" for i in range(N)],
    "Usia responden": [str(17 + i) for i in range(N)],
    "Durasi (detik)": [str(int(v)) for v in RNG.integers(100, 4000, N)],
    "Pendapatan": [str(int(v) * 1000) for v in RNG.integers(500, 9000, N)],
    "Bobot": [f"{v:.4f}" for v in RNG.uniform(0.2, 3, N)],
    "Seberapa sering membaca grup WhatsApp?": ["Sering", "Jarang"] * (N // 2),
    "Pesan WA jelas": ["1", "2", "3", "4", "5"] * (N // 5),
    "Cap waktu": [f"12/11/2024 9.{i:02d}.33" for i in range(N)],
    "Sumber": ["WhatsApp;Facebook", "Tatap muka, rumah ke rumah"] * (N // 2),
}


def table(columns):
    return read_table(pd.DataFrame(columns))


@pytest.mark.parametrize("column", PLANTED)
def test_personal_columns_are_recognised(column):
    kind, cells = PLANTED[column]
    (found,) = find_personal(table({column: cells}))
    assert (found.column, found.kind) == (column, kind)


@pytest.mark.parametrize("column", ANSWERS)
def test_answers_are_not_taken_for_personal_data(column):
    assert find_personal(table({column: ANSWERS[column]})) == ()


def test_personal_data_mixed_with_blanks_are_recognised():
    cells = ["", "-", "tidak ada", *[f"0812345678{i}" for i in range(10)]]
    assert find_personal(table({"kolom": cells}))[0].kind == "phone"


def test_numbers_of_a_data_frame_are_looked_at_too():
    frame = {"Nomor HP": np.array([81234567890, 81234567891]), "x1": [1, 2]}
    assert [one.column for one in find_personal(table(frame))] == ["Nomor HP"]


def test_what_the_schema_declares_is_taken_at_its_word():
    roles = {"personal": ["kode"], "identity": ["hp"]}
    schema = Schema.model_validate({"name": "s", "roles": roles})
    found = find_personal(table({"kode": ["a"], "hp": ["b"], "x": ["1"]}), schema)
    assert [(one.column, one.why) for one in found] == [("kode", "schema"), ("hp", "schema")]


def test_a_column_of_the_schema_is_an_answer():
    schema = Schema.model_validate(
        {"name": "s", "variables": [{"name": "name", "column": "Nama lengkap"}]}
    )
    cells = PLANTED["Nama lengkap"][1]
    assert find_personal(table({"Nama lengkap": cells}), schema) == ()


@pytest.mark.parametrize("column", ["kontak", "q17", "nomor", "IPAddress"])
def test_a_schema_that_calls_personal_data_answers_is_refused_without_showing_them(column):
    schema = Schema.model_validate(
        {"name": "s", "variables": [{"name": "v", "column": column}]}
    )
    cells = PLANTED[column][1]
    with pytest.raises(SchemaError, match="holds personal data") as caught:
        find_personal(table({column: cells}), schema)
    assert not any(cell.strip() in str(caught.value) for cell in cells)


def test_dropping_leaves_the_answers_and_who_is_who():
    raw = table(
        {
            "Nama lengkap": ["Siti A", "Budi B", "Budi B", "Sari C", ""],
            "Nomor WhatsApp": ["0812-3456-7890", "+62 813 3456 7890", "81334567890", "", ""],
            "x1": ["1", "2", "3", "4", "5"],
        }
    )
    kept, personal, hashes = drop_personal(raw)
    who = hashes.person
    assert list(kept.cells) == ["x1"]
    assert [column.name for column in kept.columns] == ["x1"]
    assert [one.kind for one in personal] == ["name", "phone"]
    assert who.dtype == np.uint64
    assert (who[1] == who[2], who[0] == who[1], who[3:].tolist()) == (True, False, [0, 0])


def test_the_salt_is_drawn_anew():
    raw = table({"Nomor WhatsApp": ["081234567890"]})
    assert drop_personal(raw)[2].person[0] != drop_personal(raw)[2].person[0]


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("IP Address", ["10.0.0.1", "10.0.0.2", "10.0.0.1", ""]),
        ("deviceid", ["ee.kobo:aB3", "ee.kobo:xY9", "ee.kobo:aB3", ""]),
        ("device_id", ["356938035643809", "356938035643810", "356938035643809", ""]),
    ],
)
def test_a_device_is_dropped_and_told_apart(header, cells):
    raw = table({header: cells, "x1": ["1", "2", "3", "4"]})
    kept, _, hashes = drop_personal(raw)
    assert list(kept.cells) == ["x1"]
    assert hashes.person is None
    device = hashes.device
    assert (device[0] == device[2], device[0] == device[1], device[3]) == (True, False, 0)


def test_without_personal_data_nothing_changes():
    raw = table({"x1": ["1", "2"]})
    assert drop_personal(raw) == (raw, (), Hashes())


def test_the_fixture_of_google_forms_loses_its_addresses_and_numbers(shared):
    raw = read_table(shared("fixtures/google_forms_id.csv"))
    kept, personal, hashes = drop_personal(raw)
    who = hashes.person
    assert [(one.column, one.kind) for one in personal] == [
        ("Alamat Email", "email"),
        ("Nomor WhatsApp", "phone"),
    ]
    assert kept.cells.shape == (4, 5)
    assert (who[1] == who[2], who[0] == who[1], who[3]) == (True, False, 0)


@pytest.mark.parametrize("header", ["Nama", "nama responden", "Inisial", "Tanggal lahir"])
def test_a_header_that_means_a_person_is_enough(header):
    cells = pd.DataFrame({header: ["Budi 1", "Budi 1", "Sri 2"], "Umur": ["20", "30", "40"]})
    assert [one.column for one in find_personal(read_table(cells))] == [header]
