"""The catalogues of messages: collected from sources, templates, method cards and plans, merged into each language."""

import ast
import json
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils.translation import template

from auditor.audits.plan_groups import GROUPS
from auditor.common.errors import RetraceError
from auditor.common.said import say
from auditor.explain.cards import cards
from auditor.explain.parameters import Parameter

ROOT = Path(__file__).parent.parent
LOCALE = ROOT / "auditor" / "locale"
PLURALS = {"de": "nplurals=2; plural=(n != 1);", "fr": "nplurals=2; plural=(n > 1);"}
_SOURCES = ("auditor", "reports")
_KEYWORDS = (
    "_",
    "gettext",
    "gettext_lazy",
    "gettext_noop",
    "ngettext:1,2",
    "ngettext_lazy:1,2",
    "pgettext:1c,2",
    "pgettext_lazy:1c,2",
    "npgettext:1c,2,3",
    "npgettext_lazy:1c,2,3",
)
_TEMPLATES = {"say": 1, "count": 2}
_PLACE = re.compile(r"%\(")
_FORMAT = re.compile(r"^#, python-(?:brace-)?format(?:, python-(?:brace-)?format)?\n", re.M)


def template_of_catalogues() -> str:
    """Return every message that there is, as the text of a .pot file; raises RetraceError without gettext's tools."""
    with TemporaryDirectory() as folder:
        extra = Path(folder)
        (extra / "said.py").write_text("\n".join(_calls()), "utf-8")
        for place, path in enumerate(sorted((ROOT / "templates").rglob("*.*"))):
            found = template.templatize(path.read_text("utf-8"), origin=str(path))
            (extra / f"template{place}.py").write_text(found, "utf-8")
        files = [*_modules(), *sorted(extra.iterdir())]
        found = _run(
            (
                "xgettext",
                "--language=Python",
                "--from-code=UTF-8",
                "--output=-",
                "--no-location",
                "--sort-output",
            ),
            ("--keyword", *(f"--keyword={word}" for word in _KEYWORDS)),
            ("--files-from=-",),
            given="\n".join(map(str, files)),
        )
    return _only_real_formats(_dateless(found))


def templates() -> Iterator[str]:
    """Yield every template that the library says, and every text that cards and plans declare."""
    for path in _modules():
        for words in _said(path):
            yield from words
    yield from _declared()


def updated(language: str, messages: str) -> str:
    """Return a language's catalogue as it is when it has exactly the messages of a template."""
    path = catalogue(language)
    with TemporaryDirectory() as folder:
        wanted, known = Path(folder, "messages.pot"), Path(folder, "known.po")
        wanted.write_text(messages, "utf-8")
        known.write_text(path.read_text("utf-8") if path.exists() else _head(language), "utf-8")
        merged = _run(
            ("msgmerge", "--quiet", "--no-fuzzy-matching", "--no-location", "--sort-output"),
            (str(known), str(wanted)),
        )
    return _dateless(_run(("msgattrib", "--no-obsolete", "--sort-output"), ("-",), given=merged))


def compiled(language: str) -> bytes:
    """Return a catalogue in the form that is read at run time; raises RetraceError for a place that got lost."""
    with TemporaryDirectory() as folder:
        made = Path(folder, "django.mo")
        _run(("msgfmt", "--check-format", f"--output-file={made}", str(catalogue(language))))
        return made.read_bytes()


def catalogue(language: str) -> Path:
    """Return where the catalogue of a language is."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def _modules() -> Iterator[Path]:
    for name in _SOURCES:
        for path in sorted((ROOT / name).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT)


def _said(path: Path) -> Iterator[tuple[str, ...]]:
    """Yield the templates of each call of `say` and `count` in a module; methods of these names are others."""
    module = ast.parse((ROOT / path).read_text("utf-8"))
    known = _imported(module)
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in known:
            words = node.args[: _TEMPLATES[node.func.id]]
            if not all(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in words):
                raise RetraceError(
                    say(
                        "%(path)s, line %(line)s: the template of a sentence is not written out.",
                        path=str(path),
                        line=node.lineno,
                    )
                )
            yield tuple(ast.literal_eval(one) for one in words)


def _imported(module: ast.Module) -> set[str]:
    return {
        alias.name
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and node.module == "auditor.common.said"
        for alias in node.names
        if alias.name in _TEMPLATES
    }


def _calls() -> Iterator[str]:
    """Yield what the library says as calls that xgettext knows."""
    for path in _modules():
        yield from (_quoted(*words) for words in _said(path))
    yield from map(_quoted, _declared())


def _quoted(one: str, many: str | None = None) -> str:
    words = [json.dumps(text, ensure_ascii=False) for text in (one, many) if text is not None]
    return f"gettext({words[0]})" if many is None else f"ngettext({', '.join(words)}, n)"


def _declared() -> Iterator[str]:
    """Yield what method cards and plans say that is in no Python call: the words of cards, the names of settings."""
    for card in cards():
        yield from (card.title, card.sign, card.cost, *card.failure_modes, *card.not_to_claim)
        yield from _settings(card.parameters)
    for group in GROUPS:
        yield from _settings(group.parameters)


def _settings(parameters: Iterable[Parameter]) -> Iterator[str]:
    for parameter in parameters:
        yield from filter(None, (parameter.label, parameter.words))


def _only_real_formats(messages: str) -> str:
    """Take the mark of a format from messages without a place: a lone percent sign stands for itself."""
    entries = messages.split("\n\n")
    return "\n\n".join(entry if _PLACE.search(entry) else _FORMAT.sub("", entry) for entry in entries)


def _dateless(messages: str) -> str:
    return re.sub(r'^"(?:POT-Creation-Date|PO-Revision-Date): .*\\n"\n', "", messages, flags=re.M)


def _head(language: str) -> str:
    fields = {
        "Project-Id-Version": "retrace",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[language],
    }
    lines = "".join(f'"{name}: {value}\\n"\n' for name, value in fields.items())
    return f'msgid ""\nmsgstr ""\n{lines}'


def _run(*parts: tuple[str, ...], given: str | None = None) -> str:
    command = [word for part in parts for word in part]
    try:
        done = subprocess.run(command, cwd=ROOT, input=given, capture_output=True, text=True, check=True)
    except FileNotFoundError:
        raise RetraceError(say("GNU gettext is not installed; install Debian's package gettext.")) from None
    except subprocess.CalledProcessError as error:
        raise RetraceError(
            say("%(command)s failed: %(said)s", command=command[0], said=error.stderr.strip()[:2000])
        ) from None
    return done.stdout
