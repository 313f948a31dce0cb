"""The public names: all there, all documented, opened only when asked for."""

import inspect
import subprocess
import sys

import pytest

import campaign_effect as ce


def test_every_public_name_opens():
    assert sorted(ce.__all__) == dir(ce)
    assert all(getattr(ce, name) is not None for name in ce.__all__)


@pytest.mark.parametrize("name", ce.__all__)
def test_every_public_name_is_documented(name):
    assert (inspect.getdoc(getattr(ce, name)) or "").strip()


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'fit_efect'"):
        ce.fit_efect  # noqa: B018


def test_no_public_name_is_also_a_module():
    assert not [name for name in ce.__all__ if inspect.ismodule(getattr(ce, name))]


def test_importing_the_library_opens_nothing_heavy():
    code = "import sys, campaign_effect; assert not {'pandas', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


OF_RESULTS = ("Survey", "EffectResult", "MarginsResult", "ConfirmatoryResult", "Schema")
TAKING = [
    name
    for name in ce.__all__
    if inspect.isfunction(getattr(ce, name))
    and str(next(iter(inspect.signature(getattr(ce, name)).parameters.values())).annotation)
    .removeprefix("Sequence[")
    .startswith(OF_RESULTS)
]


@pytest.mark.parametrize("name", TAKING)
@pytest.mark.parametrize("given", ["survey.csv", 3])
def test_what_is_no_survey_or_result_is_refused_kindly(name, given):
    asked = inspect.signature(getattr(ce, name)).parameters.values()
    needed = {
        p.name: "x" for p in list(asked)[1:] if p.default is p.empty and p.kind != p.VAR_KEYWORD
    }
    with pytest.raises(ce.CampaignEffectError) as raised:
        getattr(ce, name)(given, **needed)
    assert raised.value.hint
