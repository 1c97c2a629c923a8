"""Every message is in the catalogues, wherever it is said, and the catalogues hold nothing else."""

import io
from gettext import GNUTranslations

import pytest

from auditor import messages
from auditor.common.errors import RetraceError


@pytest.fixture(scope="module")
def wanted():
    return messages.template_of_catalogues()


@pytest.mark.parametrize("language", sorted(messages.PLURALS))
def test_a_catalogue_is_up_to_date(language, wanted):
    path = messages.catalogue(language)
    assert path.read_text("utf-8") == messages.updated(language, wanted), "run python manage.py messages"
    assert GNUTranslations(io.BytesIO(messages.compiled(language))).charset() == "UTF-8"


@pytest.mark.parametrize(
    "entry",
    [
        'msgid "score interval (Wilson)"\n',  # said by the library
        'msgid "%(n)s bin"\nmsgid_plural "%(n)s bins"\n',  # counted
        'msgid "Summary"\n',  # in a template
        'msgid "Surrogate tree"\n',  # named with gettext
        'msgid "Anything finer than the window."\n',  # in a method's card
        'msgid "Stride"\n',  # the name of a setting without a title
        'msgid "Items changed"\n',  # the title of a part of a plan
    ],
)
def test_messages_come_from_everywhere(entry, wanted):
    assert entry in wanted


def test_a_lone_percent_sign_is_no_format(wanted):
    entries = {entry for entry in wanted.split("\n\n") if "python-format" in entry}
    assert entries
    assert all("%(" in entry for entry in entries)
    assert "#: " not in wanted


def test_translations_stay_when_messages_come_and_go(tmp_path, monkeypatch):
    monkeypatch.setattr(messages, "LOCALE", tmp_path)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    path = messages.catalogue("de")
    path.parent.mkdir(parents=True)
    before = head + 'msgid "gone"\nmsgstr "weg"\n\nmsgid "kept"\nmsgstr "bleibt"\n'
    path.write_text(before, "utf-8")
    after = messages.updated("de", head + 'msgid "kept"\nmsgstr ""\n\nmsgid "new"\nmsgstr ""\n')
    assert 'msgid "kept"\nmsgstr "bleibt"' in after
    assert 'msgid "new"\nmsgstr ""' in after
    assert "gone" not in after


def test_a_translation_that_loses_a_value_is_not_compiled(tmp_path, monkeypatch):
    monkeypatch.setattr(messages, "LOCALE", tmp_path)
    path = messages.catalogue("de")
    path.parent.mkdir(parents=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    path.write_text(head + '#, python-format\nmsgid "%(n)s items"\nmsgstr "%(m)s Objekte"\n', "utf-8")
    with pytest.raises(RetraceError, match="msgfmt failed"):
        messages.compiled("de")
