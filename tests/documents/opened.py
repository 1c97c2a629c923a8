"""An opened PDF as tests of its form look at it: its tags, what pages paint, and the fonts that they paint with."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import pikepdf
from fontTools.ttLib import TTFont

PAINTS = {"Tj", "TJ", "'", '"', "f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh", "Do", "EI"}
SHOWS = {"Tj", "TJ", "'", '"'}


class Step(NamedTuple):
    """One operator of a page, the marks that it stands within, and how deep the graphics state is saved."""

    page: int
    operator: str
    operands: list
    marks: tuple[tuple[str, int | None], ...]
    depth: int
    resources: pikepdf.Object
    font: str
    mode: int


class Font(NamedTuple):
    """An embedded font: what the PDF says of it, the program itself, and its codes as text."""

    name: str
    dictionary: pikepdf.Object
    descendant: pikepdf.Object
    program: TTFont
    text: dict[int, str]

    @property
    def widths(self) -> dict[int, float]:
        """Return the widths that the PDF states, by glyph."""
        found, listed = {}, list(self.descendant.W)
        for first, several in zip(listed[::2], listed[1::2], strict=True):
            found |= {int(first) + place: float(width) for place, width in enumerate(several)}
        return found


@dataclass
class Opened:
    """One PDF."""

    content: bytes

    @cached_property
    def pdf(self) -> pikepdf.Pdf:
        return pikepdf.open(io.BytesIO(self.content))

    @property
    def root(self) -> pikepdf.Object:
        return self.pdf.Root

    @property
    def parents(self) -> list[pikepdf.Object]:
        """Return the pairs of the parent tree, which may have leaves."""
        tree = self.root.StructTreeRoot.ParentTree
        leaves = tree.Kids if "/Kids" in tree else [tree]
        return [one for leaf in leaves for one in leaf.Nums]

    @cached_property
    def elements(self) -> list[tuple[pikepdf.Object, tuple[str, ...]]]:
        """Every structure element in reading order, with the types of those around it."""
        return list(_elements(self.root.StructTreeRoot.K, ()))

    def tagged(self, kind: str) -> list[pikepdf.Object]:
        return [element for element, _ in self.elements if str(element.S) == f"/{kind}"]

    @cached_property
    def steps(self) -> list[Step]:
        """Everything that pages and the forms on them paint, set or mark."""
        return [
            step
            for number, page in enumerate(self.pdf.pages)
            for step in _steps(number, page, page.Resources, (), 0)
        ]

    @cached_property
    def resources(self) -> list[pikepdf.Object]:
        """What pages and the forms on them paint with, each once."""
        return list({id(step.resources): step.resources for step in self.steps}.values())

    @cached_property
    def fonts(self) -> list[Font]:
        found = {}
        for resources in self.resources:
            for name, font in resources.get("/Font", {}).items():
                found[str(name), font.objgen] = font
        unique = {font.objgen: font for font in found.values()}
        return [_font(font) for font in unique.values()]

    @cached_property
    def shown(self) -> dict[str, set[int]]:
        """The codes that are shown, by the name of the font."""
        used: dict[str, set[int]] = {}
        for step in self.steps:
            if step.operator in SHOWS:
                codes = used.setdefault(str(step.resources.Font[step.font].BaseFont), set())
                for part in step.operands[0] if step.operator == "TJ" else step.operands[-1:]:
                    if isinstance(part, pikepdf.String):
                        raw = bytes(part)
                        codes |= {int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2)}
        return used


def kids(element: pikepdf.Object) -> list:
    """Return what an element holds."""
    held = element.get("/K", [])
    return list(held) if isinstance(held, pikepdf.Array) else [held]


def _elements(held, around: tuple[str, ...]) -> Iterator[tuple[pikepdf.Object, tuple[str, ...]]]:
    for kid in held if isinstance(held, pikepdf.Array) else [held]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid, around
            yield from _elements(kid.get("/K", pikepdf.Array()), (*around, str(kid.S)[1:]))


def _steps(number: int, drawn, resources, marks: tuple, depth: int) -> Iterator[Step]:
    font, mode, fresh = "", 0, depth
    for operands, operator in pikepdf.parse_content_stream(drawn):
        name = str(operator)
        if name in ("BMC", "BDC"):
            mark = operands[1].get("/MCID") if name == "BDC" and "/MCID" in operands[1] else None
            marks = (*marks, (str(operands[0])[1:], None if mark is None else int(mark)))
        elif name == "EMC":
            marks = marks[:-1]
        elif name in "qQ":
            depth += 1 if name == "q" else -1
        elif name == "Tf":
            font = str(operands[0])
        elif name == "Tr":
            mode = int(operands[0])
        yield Step(number, name, list(operands), marks, depth, resources, font, mode)
        if name == "Do":
            inner = resources.XObject[str(operands[0])]
            if inner.Subtype == "/Form":
                yield from _steps(number, inner, inner.get("/Resources", resources), marks, depth)
    assert depth == fresh, "graphics states are saved and restored in pairs"


def _font(font: pikepdf.Object) -> Font:
    descendant = font.DescendantFonts[0]
    descriptor = descendant.FontDescriptor
    program = TTFont(io.BytesIO((descriptor.get("/FontFile2") or descriptor.FontFile3).read_bytes()))
    return Font(
        str(font.BaseFont), font, descendant, program, _to_unicode(font.ToUnicode.read_bytes().decode())
    )


def _to_unicode(table: str) -> dict[int, str]:
    found = {}
    for block in table.split("beginbfchar")[1:]:
        for line in block.split("endbfchar")[0].strip().splitlines():
            code, _, text = line.replace(" ", "").strip("<>").partition("><")
            found[int(code, 16)] = bytes.fromhex(text).decode("utf-16-be")
    return found
