"""Addresses and numbers of persons are known by their form; answers are left alone."""

import numpy as np
import pytest

from campaign_effect.readers.identifiers import holds_identifier

HELD = [
    *("siti@contoh.id", "tulis ke a.b+c@desa.go.id ya", "081234567890", "0812-3456-7890"),
    *("+62 812 3456 7890", "62812-3456-789", "006281234567890", "(0812) 345 6789"),
    *("+60 12-345 6789", "+1 (202) 555-0143", "3204070111870001", "NIK: 3204074111870001."),
    *("103.28.11.101", "ip 10.0.0.1 di rumah", "2001:db8:0:0:0:0:2:1"),
    *("-7.250913, 110.370846", "-6.20876 106.84560 12 5"),
]
LEFT_ALONE = [
    *(
        "",
        "Setuju",
        "Sangat tidak setuju",
        "Desa 8",
        "Calon 1",
        "1945",
        "17",
        "62",
        "2.500.000",
    ),
    *("1.250.000.000", "1,250,000", "08:15:30", "12/11/2024 8.08.56", "2024-11-12 08:08:56"),
    *(
        "2024-11-12T08:08:56.000+07:00",
        "Rp 1.500.000 - 2.000.000",
        "0,8123456789",
        "0.8123456789",
    ),
    *("1234567890123456", "WhatsApp, Facebook", "@warga", "lebih dari 5 kali", "RT 08/RW 012"),
    *("1.2812341187000123", "0,3204070111870001", "-0.3204070111870001", "3204070111870001.5"),
    *("62.8123456789", "+1.2345678901"),
    *("8123456789", "-7.5", "3.14159", "50-60", "1000000 - 2000000"),
]


def test_random_numbers_are_no_identifiers():
    rng = np.random.default_rng(1)
    numbers = [rng.normal(size=3000), rng.uniform(0, 1e4, 3000), rng.lognormal(12, 2, 3000)]
    assert not [x for x in np.concatenate(numbers) if holds_identifier(repr(float(x)))]


@pytest.mark.parametrize("text", HELD)
def test_an_identifier_is_known_by_its_form(text):
    assert holds_identifier(text)


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_answers_numbers_and_times_are_no_identifiers(text):
    assert not holds_identifier(text)
