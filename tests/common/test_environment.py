"""Variables that hold for a block alone: what was set before is set again, and what was not is gone."""

import os

import pytest

from auditor.common.environment import variables

NEW, OLD = "RETRACE_TEST_NEW", "RETRACE_TEST_OLD"


@pytest.fixture(autouse=True)
def old(monkeypatch):
    monkeypatch.setenv(OLD, "before")
    monkeypatch.delenv(NEW, raising=False)


def test_variables_hold_inside_the_block_and_are_as_before_behind_it():
    with variables({NEW: "1", OLD: "2"}):
        assert (os.environ[NEW], os.environ[OLD]) == ("1", "2")
    assert NEW not in os.environ
    assert os.environ[OLD] == "before"


def fail_inside():
    with variables({NEW: "1", OLD: "2"}):
        del os.environ[NEW]
        raise KeyError


def test_they_are_as_before_when_the_block_fails_or_takes_one_away():
    with pytest.raises(KeyError):
        fail_inside()
    assert NEW not in os.environ
    assert os.environ[OLD] == "before"
