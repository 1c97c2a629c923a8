"""The store keeps bytes once, under their digest, and notices when they are no longer what was put."""

import pytest

from auditor.common.digest import sha256
from auditor.common.errors import Corrupt, NotFound, RetraceError
from auditor.common.store import Store


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def files(store):
    return [path for path in store.root.rglob("*") if path.is_file()]


def test_what_was_put_is_got(store):
    digest = store.put(b"content")
    assert digest == sha256(b"content")
    assert store.has(digest)
    assert store.get(digest) == b"content"
    with store.open(digest) as stream:
        assert stream.read() == b"content"


def test_putting_twice_keeps_one_file_and_changes_nothing(store, tmp_path):
    source = tmp_path / "source"
    source.write_bytes(b"content")
    digests = {store.put(b"content"), store.put(b"content"), store.put_file(source), store.put_file(source)}
    assert digests == {sha256(b"content")}
    assert files(store) == [store.path(sha256(b"content"))]


def test_altered_content_is_noticed(store):
    digest = store.put(b"content")
    store.path(digest).write_bytes(b"contents")
    with pytest.raises(Corrupt, match=digest):
        store.get(digest)


def test_absent_content_is_said_to_be_absent(store):
    digest = sha256(b"never put")
    assert not store.has(digest)
    for read in (store.get, store.open):
        with pytest.raises(NotFound, match=digest):
            read(digest)


@pytest.mark.parametrize("digest", ["../../etc/passwd", "a" * 63, "A" * 64, ""])
def test_a_name_that_is_no_digest_never_reaches_the_disk(store, digest):
    with pytest.raises(ValueError, match="not a SHA-256"):
        store.has(digest)


def test_a_write_that_fails_leaves_nothing(store, tmp_path):
    store.put(b"first")
    with pytest.raises(FileNotFoundError):
        store.put_file(tmp_path / "absent")
    assert len(files(store)) == 1


def test_only_absolute_file_urls_are_stores(tmp_path):
    assert Store.at(f"file://{tmp_path}/a%20b").root == tmp_path / "a b"
    for url in ("s3://bucket/key", "file://host/path"):
        with pytest.raises(RetraceError, match="STORAGE_URL"):
            Store.at(url)
