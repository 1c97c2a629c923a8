"""Errors for people are sentences that remember: a template is written out where the error is raised."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("auditor", "reports")
BASES = {"RetraceError", "Refused", "NotFound", "Corrupt"}
APART = {"migrations", "client"}  # the client stands alone, with errors of its own


def modules():
    for folder in FOLDERS:
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if not APART & set(path.parts))


def error_names(trees):
    """Every class that is an error for people, whatever its module."""
    found, before = set(BASES), set()
    while found != before:
        before = set(found)
        for tree in trees:
            for node in ast.walk(tree):
                if (
                    isinstance(node, ast.ClassDef)
                    and {getattr(base, "id", "") for base in node.bases} & found
                ):
                    found.add(node.name)
    return found


def glued(given):
    """Whether text is put together, or written out without being marked for translation."""
    if isinstance(given, ast.IfExp):
        return glued(given.body) or glued(given.orelse)
    if isinstance(given, ast.Call) and isinstance(given.func, ast.Attribute):
        return given.func.attr in {"format", "join"}
    return isinstance(given, ast.JoinedStr | ast.BinOp | ast.Constant)


def test_errors_for_people_are_not_glued_together():
    trees = {path: ast.parse(path.read_text("utf-8")) for path in modules()}
    names = error_names(trees.values())
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in names
        and node.args
        and glued(node.args[0])
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ('Refused(f"{name} is wrong.")', True),
        ('Refused("a" + b)', True),
        ('Refused("x.".format(1))', True),
        ('Refused("plain")', True),
        ('Refused(say("%(name)s is wrong.", name=name))', False),
        ("Refused(error.sentence)", False),
    ],
)
def test_the_check_sees_what_is_glued(source, wrong):
    assert glued(ast.parse(source, mode="eval").body.args[0]) is wrong
