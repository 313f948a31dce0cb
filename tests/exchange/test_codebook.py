"""A codebook in Excel holds all of a schema, and says where it cannot."""

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import campaign_effect as ce
from campaign_effect.errors import SchemaError
from campaign_effect.schema.bundled import bundled_schemas
from campaign_effect.schema.model import Schema

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12
) | st.sampled_from(
    ["a|b", " a ", '"a"', "=1+1", "012", "-5", "true", "a\\", "\\|", "a\nb", "+62", "@x", "1.5"]
)
NAMES = st.lists(
    st.from_regex(r"[a-z]{2,6}", fullmatch=True), min_size=5, max_size=5, unique=True
)
CODES = st.lists(st.integers(-9, 9) | TEXT, min_size=2, max_size=4, unique_by=str)


@st.composite
def schemas(draw):
    """A schema with any text in every place that takes text."""
    scale, construct, item, variable, choices = draw(NAMES)
    codes = draw(CODES)
    texts = st.none() | st.fixed_dictionaries({"en": TEXT, "id": TEXT}) | TEXT
    points = [{"code": c, "text": draw(texts), "accepts": draw(st.lists(TEXT, max_size=2))}
              for c in codes]  # fmt: skip
    ordered = [{"code": c} for c in (1, 2)]
    return Schema.model_validate(
        {
            "name": "any",
            "title": draw(texts),
            "missing": draw(st.lists(TEXT, max_size=3)),
            "keep": draw(st.sampled_from([[], ["preview"], ["preview", "unfinished"]])),
            "scales": [
                {"name": scale, "points": points},
                {"name": "ordered", "points": ordered, "aside": [{"code": draw(TEXT)}]},
            ],
            "constructs": [
                {
                    **{"name": construct, "scale": "ordered", "text": draw(texts)},
                    **{"score": draw(st.sampled_from(["mean", "sum"])), "min_answered": 0.5},
                    "items": [
                        {"name": item, "column": draw(st.lists(TEXT, min_size=1, max_size=2))}
                        | {"reversed": draw(st.booleans())}
                    ],
                }
            ],
            "variables": [
                {"name": variable, "column": draw(TEXT), "scale": scale},
                {"name": choices, "column": "x", "type": "number", "low": 1.5, "high": None}
                | {"aside": [{"code": 98, "text": draw(texts)}]},
            ],
            "roles": {
                "outcomes": [{"name": "voted_", "variable": variable, "event": codes[:1],
                              "among": codes}],
                "exposures": [{"variable": item, "platform": draw(st.none() | TEXT)}],
                "controls": [choices],
                "consent": {"variable": variable, "agreed": codes},
                "attention": [{"variable": variable, "right": codes[1:]}],
                "ignore": draw(st.lists(TEXT, max_size=2)),
                "weight": choices,
            },
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("codebook")


@settings(max_examples=40, deadline=None)
@given(schema=schemas())
def test_a_codebook_loses_nothing(folder, schema):
    written = ce.write_codebook(schema, folder / "a.xlsx")
    assert ce.read_codebook(written.path) == schema
    assert written.notices == ()


@pytest.mark.parametrize("name", bundled_schemas())
def test_bundled_schemas_come_back(folder, name):
    schema = ce.read_schema(name)
    assert ce.read_codebook(ce.write_codebook(schema, folder / "b.xlsx").path) == schema


def test_characters_that_excel_cannot_hold_are_said(folder):
    schema = Schema(name="s", title="a\x02b")
    (notice,) = ce.write_codebook(schema, folder / "c.xlsx").notices
    assert dict(notice.facts)["parts"] == ("title",)


def edited(folder, sheet, cell, value):
    path = ce.write_codebook(ce.read_schema("pilkades"), folder / "d.xlsx").path
    book = openpyxl.load_workbook(path)
    book[sheet][cell] = value
    book.save(path)
    return path


def test_an_edited_cell_is_read(folder):
    path = edited(folder, "questionnaire", "B2", "renamed")
    assert ce.read_codebook(path).name == "renamed"


def test_a_reversed_item_may_be_marked_with_words(folder):
    path = ce.write_codebook(ce.read_schema("pilkades"), folder / "e.xlsx").path
    book = openpyxl.load_workbook(path)
    headers = [cell.value for cell in book["items"][1]]
    book["items"].cell(2, headers.index("reversed") + 1).value = "ya"
    book.save(path)
    assert ce.read_codebook(path).items[0].is_reversed


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "match"),
    [
        ("constructs", "A2", "other name", r"'other name'|lacks"),
        ("items", "A2", "nobody", r"lacks: \['nobody'\]"),
        ("variables", "A1", "nmae", "sheet 'variables', entry 1"),
        ("constructs", "F2", 7, "sheet 'constructs', entry 1, column 'min_answered'"),
    ],
)
def test_a_mistake_is_named_by_sheet_and_column(folder, sheet, cell, value, match):
    with pytest.raises(SchemaError, match=match):
        ce.read_codebook(edited(folder, sheet, cell, value))


def test_what_is_no_codebook_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    openpyxl.Workbook().save(path)
    with pytest.raises(SchemaError, match="no sheet 'questionnaire'"):
        ce.read_codebook(path)
    path.write_bytes(b"no workbook")
    with pytest.raises(SchemaError, match="cannot be read as an Excel workbook"):
        ce.read_codebook(path)
