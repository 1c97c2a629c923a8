"""Keys of subjects: each its own, and gone for good once destroyed, whoever else destroys meanwhile."""

import os
import signal
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.common.errors import Corrupt, Refused
from reports.keys import vault
from reports.keys.ggm import DEPTH, NUMBERS, Tree
from reports.keys.subjects import (
    KeyDestroyed,
    check_vault,
    destroy_keys,
    destroyed_count,
    is_destroyed,
    subject_key,
    vault_fingerprint,
)
from reports.keys.vault import VaultUnusable

NUMBER = st.one_of(st.integers(0, 40), st.integers(0, NUMBERS - 1), st.just(NUMBERS - 1))


@pytest.fixture
def file(settings):
    return settings.KEYS_DIR / vault.FILE


def covers(place, number: int) -> bool:
    level, bits = place
    return number >> (DEPTH - level) == bits


@given(st.lists(NUMBER, max_size=30), st.lists(NUMBER, min_size=1, max_size=30))
def test_what_is_given_up_is_gone_and_nothing_else(gone, others):
    before = Tree.new()
    after = Tree.parse(bytes(before.without(gone)))
    for number in {*gone, *others}:
        expected = None if number in gone else before.value(number)
        assert after.value(number) == expected
        assert sum(covers(place, number) for place in after.places()) == (number not in gone)
    assert after.given_up == len(set(gone))
    assert len(list(after.places())) <= DEPTH * len(set(gone)) + 1
    assert after.name == before.name


@given(st.lists(NUMBER, unique=True, max_size=12), st.randoms())
def test_the_order_of_giving_up_does_not_matter(gone, random):
    tree, shuffled = Tree.new(), list(gone)
    random.shuffle(shuffled)
    at_once, one_by_one = tree.without(gone), tree
    for number in shuffled:
        one_by_one = one_by_one.without([number]).without([number])
    assert bytes(at_once) == bytes(one_by_one)


def test_neighbours_that_are_gone_leave_no_seeds_behind():
    assert len(list(Tree.new().without(range(1024)).places())) == DEPTH - 10


def test_values_differ():
    tree = Tree.new()
    assert len({tree.value(number) for number in (*range(600), 2**31, NUMBERS - 1)}) == 602


@pytest.mark.parametrize("number", [-1, NUMBERS])
def test_other_numbers_have_no_value(number):
    with pytest.raises(ValueError, match="not from 0"):
        Tree.new().value(number)
    with pytest.raises(ValueError, match="not from 0"):
        Tree.new().without([number])


@given(st.data())
def test_a_damaged_file_is_told(data):
    content = bytearray(bytes(Tree.new().without([3])))
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ValueError, match="damaged"):
        Tree.parse(bytes(content))
    with pytest.raises(ValueError, match="damaged"):
        Tree.parse(bytes(content[:place]))


def test_what_is_sealed_opens_under_its_key_and_context_only(file):
    key = subject_key(1)
    sealed = key.seal(b"a diagnosis", b"decision:1")
    assert b"diagnosis" not in sealed
    assert subject_key(1).open(sealed, b"decision:1") == b"a diagnosis"
    assert key.seal(b"a diagnosis", b"decision:1") != sealed
    for other, context, content in (
        (subject_key(2), b"decision:1", sealed),
        (key, b"decision:2", sealed),
        (key, b"decision:1", sealed[:-1] + bytes([sealed[-1] ^ 1])),
        (key, b"decision:1", b""),
    ):
        with pytest.raises(Corrupt, match="altered since, or is filed under another"):
            other.open(content, context)


def test_salted_digests_are_the_subjects_own(file):
    assert subject_key(1).salted(b"x") == subject_key(1).salted(b"x") != subject_key(2).salted(b"x")
    assert len(subject_key(1).salted(b"x")) == 64


def test_a_destroyed_key_is_gone_and_the_others_are_not(file):
    sealed, name = subject_key(8).seal(b"kept", b""), vault_fingerprint()
    destroy_keys([7, 9])
    destroy_keys([7])
    assert is_destroyed(7)
    assert destroyed_count() == 2
    with pytest.raises(KeyDestroyed, match="key of subject 7 was destroyed"):
        subject_key(7)
    assert subject_key(8).open(sealed, b"") == b"kept"
    assert vault_fingerprint() == name
    assert f"{file.stat().st_mode & 0o7777:o}" == "600"


def test_the_old_bytes_are_overwritten(file):
    subject_key(1)
    with file.open("rb") as old:
        destroy_keys([1])
        assert not any(old.read())


def test_a_destruction_by_another_process_holds_at_once(file):
    assert not is_destroyed(5)
    run("destroy_keys([5])", file).wait(60)
    assert is_destroyed(5)


def test_processes_that_destroy_at_once_lose_nothing(file):
    children = [run(f"for n in range({i}, 60, 6): destroy_keys([n])", file) for i in range(6)]
    assert [child.wait(120) for child in children] == [0] * 6
    assert all(is_destroyed(number) for number in range(60))
    assert destroyed_count() == 60
    assert not is_destroyed(60)


def test_a_killed_process_leaves_a_whole_file(file):
    subject_key(0)
    sealed = subject_key(NUMBERS - 1).seal(b"kept", b"")
    for turn in range(12):
        child = run(
            f"for n in range({turn * 1000}, {turn * 1000 + 1000}): destroy_keys([n]); print(n, flush=True)",
            file,
        )
        child.stdout.readline()
        time.sleep(0.01 * turn)
        child.send_signal(signal.SIGKILL)
        said = [turn * 1000, *map(int, child.stdout.read().split())]
        child.wait()
        assert all(is_destroyed(number) for number in said)
        assert subject_key(NUMBERS - 1).open(sealed, b"") == b"kept"


STEPS = """
import os, signal
left = int(sys.argv[2])
def step(event, arguments):
    global left
    if event in {"open", "os.rename", "os.link", "os.remove", "os.utime"} and "subjects" in str(arguments):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(step)
"""


def test_a_process_killed_at_any_step_leaves_the_old_file_or_the_new(settings, tmp_path):
    killed, outcomes = 0, set()
    while True:
        settings.KEYS_DIR = tmp_path / f"killed-{killed}"
        file = settings.KEYS_DIR / vault.FILE
        sealed = subject_key(8).seal(b"kept", b"")
        before, known = file.read_bytes(), vault_fingerprint()
        code = run(STEPS + "destroy_keys([7])", file, str(killed + 1)).wait(60)
        if code == 0:
            break
        assert code == -signal.SIGKILL
        killed += 1
        outcomes.add(file.read_bytes() == before)
        assert is_destroyed(7) == (file.read_bytes() != before)
        check_vault(known, destroyed_count())
        assert subject_key(8).open(sealed, b"") == b"kept"
        if is_destroyed(7):
            assert {path.name for path in file.parent.iterdir()} == {vault.FILE, vault.MARK, vault.LOCK}
        destroy_keys([7])
        assert is_destroyed(7)
        assert subject_key(8).open(sealed, b"") == b"kept"
        assert {path.name for path in file.parent.iterdir()} == {vault.FILE, vault.MARK, vault.LOCK}
    assert killed >= 6
    assert outcomes == {True, False}


def test_a_process_killed_at_any_step_of_the_first_use_leaves_a_file_that_can_be_used(settings, tmp_path):
    killed = 0
    while True:
        settings.KEYS_DIR = tmp_path / f"killed-{killed}"
        file = settings.KEYS_DIR / vault.FILE
        if run(STEPS + "vault_fingerprint()", file, str(killed + 1)).wait(60) == 0:
            break
        killed += 1
        subject_key(1)
        assert {path.name for path in file.parent.iterdir()} == {vault.FILE, vault.MARK, vault.LOCK}
    assert killed >= 4


def test_a_mark_that_is_not_whole_is_refused(file):
    subject_key(1)
    file.with_name(vault.MARK).write_bytes(b"00")
    os.utime(file)
    with pytest.raises(VaultUnusable, match=r"subjects\.mark is not whole"):
        subject_key(1)


def test_reading_while_others_destroy_never_fails(file):
    child = run("for n in range(100, 300): destroy_keys([n])", file)
    first = subject_key(1).salted(b"x")
    while child.poll() is None:
        assert subject_key(1).salted(b"x") == first
    assert child.returncode == 0
    assert destroyed_count() == 200


def test_a_new_version_is_never_taken_for_an_old_one_when_the_clock_goes_back(file):
    subject_key(0)
    ahead = time.time_ns() + 3_600_000_000_000
    os.utime(file, ns=(ahead, ahead))
    for number in range(3):
        destroy_keys([number])
        assert file.stat().st_mtime_ns > ahead
        ahead = file.stat().st_mtime_ns
        assert is_destroyed(number)


def test_a_file_that_vanished_is_not_made_again(file):
    known = subject_key(1) and vault_fingerprint()
    content = file.read_bytes()
    file.unlink()
    for call in (lambda: subject_key(1), lambda: destroy_keys([1]), lambda: check_vault(known, 0)):
        with pytest.raises(VaultUnusable, match=r"subjects\.key, which all .* is gone; restore"):
            call()
    assert not file.exists()
    file.write_bytes(content)
    file.chmod(0o600)
    assert vault_fingerprint() == known


def test_a_folder_that_vanished_is_told_by_what_the_database_knows(file):
    with pytest.raises(VaultUnusable, match="is gone"):
        check_vault("00" * 16, 0)
    assert not file.exists()


def test_an_older_copy_and_anothers_file_are_refused(file, settings, tmp_path):
    sealed = subject_key(2).seal(b"kept", b"")
    old = file.read_bytes()
    destroy_keys([1])
    newest, known = file.read_bytes(), vault_fingerprint()
    check_vault(known, 1)
    with pytest.raises(VaultUnusable, match="has destroyed 1 keys, and 2 were"):
        check_vault(known, 2)
    with pytest.raises(VaultUnusable, match="another installation's"):
        check_vault("00" * 16, 1)
    put(file, old)
    with pytest.raises(
        VaultUnusable, match="older copy: it has destroyed 0 keys, and 1 were destroyed already"
    ):
        subject_key(1)
    put(file, bytes(Tree.new()))
    with pytest.raises(VaultUnusable, match="another installation's"):
        subject_key(2)
    put(file, newest)
    assert subject_key(2).open(sealed, b"") == b"kept"


def put(file, content: bytes) -> None:
    file.write_bytes(content)
    os.utime(file)


def test_a_file_that_is_not_whole_is_refused_and_left(file):
    subject_key(1)
    content = file.read_bytes()
    file.write_bytes(content[:-1])
    for call in (lambda: subject_key(1), lambda: destroy_keys([1])):
        with pytest.raises(
            VaultUnusable, match=r"subjects\.key is not a whole file of subjects' keys; restore"
        ):
            call()
    assert file.read_bytes() == content[:-1]


def test_a_file_that_others_can_read_is_refused(file):
    subject_key(1)
    file.chmod(0o640)
    os.utime(file)
    with pytest.raises(Refused, match=r"can read .*subjects\.key"):
        subject_key(1)


def test_processes_that_race_for_the_first_use_share_one_file(file):
    children = [run("print(vault_fingerprint())", file) for _ in range(4)]
    assert len({child.communicate(timeout=60)[0] for child in children}) == 1


def run(code: str, file, *arguments: str) -> subprocess.Popen:
    prelude = (
        "import sys; from pathlib import Path; from django.conf import settings\n"
        "settings.configure(KEYS_DIR=Path(sys.argv[1]))\n"
        "from reports.keys.subjects import destroy_keys, vault_fingerprint\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", prelude + code, str(file.parent), *arguments],
        stdout=subprocess.PIPE,
        text=True,
    )
