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
