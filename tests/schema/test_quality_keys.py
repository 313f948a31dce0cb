"""What a schema says about exclusions, ages and small cells."""

import pytest

from campaign_effect.errors import SchemaError
from campaign_effect.schema.files import parse_schema
from campaign_effect.schema.writing import schema_as_yaml

FORM = """\
name: form
exclude: [same_person, speeder, under_18]
min_cell: 10
variables:
  - {name: age, column: Usia, low: 17}
  - {name: sex, column: Jenis kelamin}
roles:
  age: age
"""


def test_exclusions_ages_and_small_cells_are_read_and_written_again():
    schema = parse_schema(FORM)
    assert (schema.exclude[1], schema.min_cell, schema.roles.age) == ("speeder", 10, "age")
    assert parse_schema(schema_as_yaml(schema)) == schema


def test_cells_under_five_are_hidden_by_default():
    assert parse_schema("name: form").min_cell == 5


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("speeder", "speeders", "speeder"),
        ("min_cell: 10", "min_cell: 0", "min_cell"),
        ("age: age", "age: sex", "no number"),
        ("age: age", "age: years", "years"),
    ],
)
def test_what_cannot_be_is_refused(old, new, match):
    with pytest.raises(SchemaError, match=match):
        parse_schema(FORM.replace(old, new))
