"""Pseudonyms are the installation's own, stable, and different for whatever differs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.common.errors import Refused
from reports.keys.pseudonyms import index_of, pseudonym


def test_a_pseudonym_is_stable_and_belongs_to_the_installation(settings, tmp_path):
    first = pseudonym("Ada Lovelace")
    assert first == pseudonym("Ada Lovelace") != pseudonym("Ada  Lovelace")
    assert len(first) == 64
    settings.KEYS_DIR = tmp_path / "another"
    assert pseudonym("Ada Lovelace") != first


def test_an_index_is_no_pseudonym():
    assert index_of("a") != pseudonym("a")


def test_the_key_is_private(settings):
    pseudonym("a")
    assert f"{(settings.KEYS_DIR / 'pseudonyms.key').stat().st_mode & 0o7777:o}" == "600"


def test_parts_do_not_run_together():
    @given(st.lists(st.text(max_size=4), max_size=3), st.lists(st.text(max_size=4), max_size=3))
    def check(one, other):
        assert (index_of(*one) == index_of(*other)) == (one == other)

    check()


def test_a_key_that_is_not_whole_is_refused(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "cut"
    settings.KEYS_DIR.mkdir(mode=0o700)
    (settings.KEYS_DIR / "pseudonyms.key").write_bytes(b"")
    (settings.KEYS_DIR / "pseudonyms.key").chmod(0o600)
    with pytest.raises(Refused, match=r"pseudonyms\.key is not a whole key"):
        pseudonym("a")
