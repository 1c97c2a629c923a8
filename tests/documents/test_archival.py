"""Reports of every kind and letters hold to what machines can check of PDF/A-3a and PDF/UA-1 (ISO 14289-1).

Each test names its clause: A is ISO 19005-3:2012, U is ISO 14289-1 by the Matterhorn Protocol's checkpoint.
"""

import io
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pikepdf
import pytest
from PIL import ImageCms

from auditor.common.digest import sha256
from auditor.common.store import Store
from reports.documents.letter.execution import render_letter
from reports.documents.letter.facts import LetterFacts
from reports.documents.listing import named
from reports.documents.render import render
from reports.documents.snapshot import Snapshot
from tests.documents import factory, gallery_factory, graph_factory, letters, table_factory, trust_factory
from tests.documents.opened import PAINTS, SHOWS, Opened, kids
from tests.documents.sealing import SIGNED, Installation
from tests.explain import volume_toys

KINDS = ("image", "volume", "table", "graph", "plates", "signed")
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
XMP = {
    "rdf": RDF[1:-1],
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
    "schema": "http://www.aiim.org/pdfa/ns/schema#",
    "property": "http://www.aiim.org/pdfa/ns/property#",
}
STANDARD = set(
    """
    Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private P H1 H2 H3 H4 H5 H6 L LI Lbl
    LBody Table TR TH TD THead TBody TFoot Span Quote Note Reference Code Link Annot Figure Formula Form
    """.split()  # noqa: SIM905
)
OPERATORS = set(
    """
    b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h i ID j J K k l m M MP n q Q re
    RG rg ri s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' "
    """.split()  # noqa: SIM905
)
BLENDS = set(
    """
    Normal Compatible Multiply Screen Overlay Darken Lighten ColorDodge ColorBurn HardLight SoftLight Difference
    Exclusion Hue Saturation Color Luminosity
    """.split()  # noqa: SIM905
)


def snapshot(kind: str, store: Store) -> Snapshot:
    """Return what a report about one kind of item says."""
    if kind in ("image", "signed"):
        return factory.snapshot(factory.evidence(store, marker=True, trust=trust_factory.trust()))
    if kind == "plates":
        return factory.snapshot(gallery_factory.evidence(store, 28))  # more than the chapter has room for
    if kind == "table":
        return factory.snapshot(table_factory.evidence(store, table_factory.item(store)))
    one = graph_factory.item(store, graph_factory.graph())
    return factory.snapshot(graph_factory.evidence(store, one))


@pytest.fixture(scope="module")
def draw(tmp_path_factory) -> Callable[[str], tuple[Snapshot | LetterFacts, Opened]]:
    """Draw a report of a kind, or a letter, once."""

    @cache
    def drawn(kind: str) -> tuple[Snapshot | LetterFacts, Opened]:
        folder = tmp_path_factory.mktemp(kind)
        if kind == "volume":
            evidence, store = volume_toys.assembled(folder)
            said = factory.snapshot(evidence)
            return said, Opened(render(said, store))
        store = Store(folder)
        if kind == "letter":
            facts = letters.about_a_picture(store)
            return facts, Opened(render_letter(facts, store))
        said = snapshot(kind, store)
        content = render(said, store)
        if kind == "signed":
            content = Installation().signed(said, content, folder / "signed.pdf").read_bytes()
        return said, Opened(content)

    return drawn


@pytest.fixture(params=KINDS)
def made(request, draw) -> tuple[Snapshot, Opened]:
    return draw(request.param)


@pytest.fixture
def report(made) -> Opened:
    return made[1]


@pytest.fixture(params=(*KINDS, "letter"))
def opened(request, draw) -> Opened:
    return draw(request.param)[1]


@pytest.fixture
def root(opened) -> pikepdf.Object:
    return opened.root


@pytest.fixture
def metadata(opened) -> ElementTree.Element:
    return _metadata(opened)


def _metadata(opened: Opened) -> ElementTree.Element:
    return ElementTree.fromstring(opened.root.Metadata.read_bytes())


def test_qpdf_finds_nothing_wrong(opened, tmp_path):
    (tmp_path / "report.pdf").write_bytes(opened.content)
    checked = subprocess.run(["qpdf", "--check", tmp_path / "report.pdf"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_6_1_2_the_header_names_a_version_and_binary_content(opened):
    assert re.match(rb"%PDF-1\.[0-7]\n%[\x80-\xff]{4,}\n", opened.content)


def test_a_6_1_3_the_trailer_has_an_identifier_and_no_encryption(opened):
    assert len(opened.pdf.trailer.ID) == 2
    assert "/Encrypt" not in opened.pdf.trailer
    assert opened.content.rstrip().endswith(b"%%EOF")


def test_a_6_1_7_streams_lie_within_the_file_and_use_no_lzw(opened):
    for one in opened.pdf.objects:
        if isinstance(one, pikepdf.Stream):
            assert not {"/F", "/FFilter", "/FDecodeParms"} & set(one.keys())
            assert "LZW" not in str(one.get("/Filter", ""))
            assert "Crypt" not in str(one.get("/Filter", ""))


def test_a_6_1_13_sizes_stay_within_the_limits(opened):
    assert max(step.depth for step in opened.steps) <= 28
    assert len(opened.pdf.objects) <= 8_388_607
    for one in opened.pdf.objects:
        for value in _values(one):
            if isinstance(value, pikepdf.String):
                assert len(bytes(value)) <= 32_767
            if isinstance(value, pikepdf.Name):
                assert len(str(value).encode()) <= 127
            if isinstance(value, int):
                assert abs(value) <= 2**31 - 1
    for page in opened.pdf.pages:
        assert all(3 <= float(side) <= 14_400 for side in page.MediaBox[2:])


def test_a_6_2_2_pages_use_the_operators_of_the_standard(opened):
    assert {step.operator for step in opened.steps} <= OPERATORS


def test_a_6_2_3_one_output_intent_holds_an_srgb_profile(root):
    [intent] = root.OutputIntents
    assert intent.S == "/GTS_PDFA1"
    assert intent.DestOutputProfile.N == 3
    profile = ImageCms.getOpenProfile(io.BytesIO(intent.DestOutputProfile.read_bytes())).profile
    assert (profile.xcolor_space.strip(), profile.device_class) == ("RGB", "mntr")
    assert profile.version < 5


def test_a_6_2_4_colours_are_those_that_the_intent_covers(opened):
    assert not {step.operator for step in opened.steps} & {"K", "k"}
    for image in _images(opened):
        assert image.ColorSpace in (pikepdf.Name.DeviceRGB, pikepdf.Name.DeviceGray)
    for step in opened.steps:
        if step.operator in ("cs", "CS"):
            space = str(step.operands[0])
            known = step.resources.get("/ColorSpace", {}).get(space)
            assert space in ("/DeviceRGB", "/DeviceGray", "/Pattern") or known[0] in ("/ICCBased", "/Lab"), (
                space
            )


def test_a_6_2_5_graphics_states_hold_no_transfer_functions(opened):
    for state in _named(opened, "/ExtGState"):
        assert not {"/TR", "/HTP", "/HTO"} & set(state.keys())
        assert state.get("/TR2", "/Default") == "/Default"


def test_a_6_2_8_pictures_are_shown_as_they_are(made):
    said, opened = made
    assert list(_images(opened)) or said.evidence.model.spec.input.kind in ("table", "graph")
    for image in _images(opened):
        assert not {"/Alternates", "/OPI"} & set(image.keys())
        assert image.get("/Interpolate", False) is False


def test_a_6_2_9_forms_are_drawings_alone(opened):
    for form in _named(opened, "/XObject"):
        assert form.Subtype in ("/Image", "/Form")
        assert not {"/OPI", "/PS", "/Ref"} & set(form.keys())


def test_a_6_2_10_blending_is_of_the_standard(opened):
    for state in _named(opened, "/ExtGState"):
        assert str(state.get("/BM", "/Normal"))[1:] in BLENDS


def test_a_6_2_11_3_fonts_are_mapped_to_their_glyphs(opened):
    assert opened.fonts
    for font in opened.fonts:
        assert font.dictionary.Encoding == "/Identity-H"
        assert font.descendant.CIDToGIDMap == "/Identity"
        system = font.descendant.CIDSystemInfo
        assert (str(system.Registry), str(system.Ordering)) == ("Adobe", "Identity")


def test_a_6_2_11_4_fonts_are_embedded_and_have_the_glyphs_that_are_shown(opened):
    for font in opened.fonts:
        assert re.match("/[A-Z]{6}[+]", font.name)
        count = font.program["maxp"].numGlyphs
        assert max(opened.shown.get(font.name, {0})) < count


def test_a_6_2_11_5_widths_are_those_of_the_fonts(opened):
    for font in opened.fonts:
        scale = 1000 / font.program["head"].unitsPerEm
        order = font.program.getGlyphOrder()
        for code in opened.shown.get(font.name, ()):
            assert font.widths[code] == pytest.approx(font.program["hmtx"][order[code]][0] * scale, abs=1)


def test_a_6_2_11_7_every_character_that_is_shown_says_what_it_is(opened):
    for font in opened.fonts:
        for code in opened.shown.get(font.name, ()):
            said = font.text[code]
            assert said
            assert not set(said) & {"\0", "\ufeff", "\ufffe"}
            assert not any(0xE000 <= ord(character) <= 0xF8FF for character in said)


def test_a_6_2_11_8_no_missing_glyph_is_shown(opened):
    for font in opened.fonts:
        assert 0 not in opened.shown.get(font.name, ())
    assert not [step for step in opened.steps if step.operator in SHOWS and step.mode == 3]


def test_a_6_3_annotations_are_links_that_print_and_the_block_of_the_signature(report):
    found = [one for page in report.pdf.pages for one in page.get("/Annots", ())]
    widgets = [one for one in found if one.Subtype == "/Widget"]
    assert {str(one.Subtype) for one in found} - {"/Widget"} == {"/Link"}
    assert len(widgets) == len(_fields(report.root)) <= 1
    for one in found:
        assert int(one.F) & 0b100111 == 0b100
        assert "/AP" not in one or set(one.AP.keys()) == {"/N"}
    for widget in widgets:
        assert isinstance(widget.AP.N, pikepdf.Stream)
        assert not {"/A", "/AA"} & set(widget.keys())


def test_a_6_4_and_6_5_the_one_form_field_is_the_signature_and_there_are_no_actions(opened):
    assert not {"/OpenAction", "/AA", "/NeedsRendering"} & set(opened.root.keys())
    form = opened.root.get("/AcroForm", {})
    assert "/XFA" not in form
    assert not form.get("/NeedAppearances", False)
    assert [str(field.FT) for field in _fields(opened.root)] in ([], ["/Sig"])
    for one in opened.pdf.objects:
        for inner in _dictionaries(one):
            assert not {"/AA", "/JS"} & set(inner.keys())
            assert inner.get("/S") not in ("/Launch", "/JavaScript", "/ResetForm", "/ImportData", "/URI")


def test_a_6_4_3_the_signature_covers_the_file(opened):
    for field in _fields(opened.root):
        start, before, gap, after = (int(number) for number in field.V.ByteRange)
        assert start == 0
        assert gap + after == len(opened.content)
        assert opened.content[before : before + 1] + opened.content[gap - 1 : gap] == b"<>"
        forbidden = {"/DigestLocation", "/DigestMethod", "/DigestValue"}
        assert not any(forbidden & set(one.keys()) for one in field.V.get("/Reference", ()))


def test_a_6_6_2_metadata_is_one_packet_of_one_description(root):
    packet = root.Metadata.read_bytes()
    header = packet.split(b"?>")[0]
    assert packet.count(b"<rdf:RDF") == packet.count(b"</rdf:RDF>") == 1
    assert b"bytes=" not in header
    assert b"encoding=" not in header
    assert root.Metadata.Subtype == "/XML"


def test_a_6_6_2_3_the_schema_of_pdf_ua_is_described(metadata):
    assert [one.text for one in metadata.iterfind(".//schema:namespaceURI", XMP)] == [XMP["pdfuaid"]]
    assert [one.text for one in metadata.iterfind(".//schema:prefix", XMP)] == ["pdfuaid"]
    prefix = f"{{{XMP['property']}}}"
    told = {one.tag.removeprefix(prefix): one.text for one in metadata.iter() if one.tag.startswith(prefix)}
    assert (told["name"], told["valueType"], told["category"]) == ("part", "Integer", "internal")
    assert told["description"]


def test_a_6_6_3_the_information_dictionary_says_the_same(made):
    said, opened = made
    metadata, info, issued = _metadata(opened), opened.pdf.trailer.Info, said.issued_at
    assert metadata.findtext(".//dc:title/rdf:Alt/rdf:li", None, XMP) == str(info.Title)
    assert metadata.findtext(".//dc:creator/rdf:Seq/rdf:li", None, XMP) == str(info.Author)
    assert metadata.findtext(".//xmp:CreateDate", None, XMP) == issued
    assert metadata.findtext(".//xmp:ModifyDate", None, XMP) == issued
    assert (
        re.sub(r"\D", "", issued)
        == re.sub(r"\D", "", str(info.CreationDate))
        == re.sub(r"\D", "", str(info.ModDate))
    )
    producers = [one.get(f"{{{XMP['pdf']}}}Producer") for one in metadata.iter()]
    assert str(info.Producer) in producers


def test_a_6_6_4_the_file_declares_pdf_a_3a(metadata):
    declared = [one for one in metadata.iter() if f"{{{XMP['pdfaid']}}}part" in one.attrib]
    assert [
        (one.get(f"{{{XMP['pdfaid']}}}part"), one.get(f"{{{XMP['pdfaid']}}}conformance")) for one in declared
    ] == [("3", "A")]


def test_a_6_7_the_file_is_tagged_in_a_language(root):
    assert root.MarkInfo.Marked is True
    assert not root.MarkInfo.get("/Suspects", False)
    assert re.fullmatch("[a-z]{2,3}(-[A-Z]{2})?", str(root.Lang))


def test_a_6_8_attachments_say_what_they_are(made):
    said, opened = made
    names = opened.root.Names.EmbeddedFiles.Names
    listed = dict(zip((str(name) for name in names[::2]), names[1::2], strict=True))
    proof = ["ledger-proof.txt"] if _fields(opened.root) else []
    assert list(listed) == sorted(listed) == sorted(["arrays.txt", "evidence.json", "statement.json", *proof])
    relations = {
        "arrays.txt": "/Supplement",
        "evidence.json": "/Data",
        "statement.json": "/Data",
        "ledger-proof.txt": "/Supplement",
    }
    kinds = {
        "arrays.txt": "/text/plain",
        "ledger-proof.txt": "/text/plain",
        "evidence.json": "/application/json",
        "statement.json": "/application/json",
    }
    for name, spec in listed.items():
        assert str(spec.F) == str(spec.UF) == name
        assert str(spec.AFRelationship) == relations[name]
        assert str(spec.Desc)
        held = spec.EF.F
        assert str(held.Subtype) == kinds[name]
        added = SIGNED.strftime("%Y%m%d%H%M%S") if name in proof else re.sub(r"\D", "", said.issued_at)
        assert str(held.Params.ModDate)[2:16] == added
        assert int(held.Params.Size) == len(held.read_bytes())
    assert sorted(one.objgen for one in opened.root.AF) == sorted(spec.objgen for spec in listed.values())


def test_a_6_9_to_6_12_nothing_is_optional_or_presented(root):
    assert not {"/OCProperties", "/Requirements"} & set(root.keys())
    assert set(root.get("/Perms", {}).keys()) <= {"/DocMDP"}
    assert "/AlternatePresentations" not in root.get("/Names", {})


def test_attachments_hold_everything_that_the_report_was_made_from(made):
    said, opened = made
    files = {name: opened.pdf.attachments[name].get_file().read_bytes() for name in opened.pdf.attachments}
    assert sha256(files["evidence.json"]) == said.evidence_digest
    assert b'"evidence"' not in files["statement.json"].partition(b'"evidence_digest"')[0]
    assert Snapshot.together(files["evidence.json"], files["statement.json"]) == said
    lines = files["arrays.txt"].decode().splitlines()
    assert [line.split("  ")[0] for line in lines] == [found.sha256 for found in named(said.evidence)]
    assert len(lines) >= len(said.evidence.gallery.entries)


def test_u_01_all_that_is_painted_is_tagged_or_an_artifact(opened):
    tags = {
        (int(element.Pg.objgen[0]), kid)
        for element, _ in opened.elements
        for kid in kids(element)
        if isinstance(kid, int)
    }
    pages = [page.objgen[0] for page in opened.pdf.pages]
    for step in opened.steps:
        if step.operator in PAINTS:
            artifact = [tag for tag, _ in step.marks if tag == "Artifact"]
            real = [mark for _, mark in step.marks if mark is not None]
            assert bool(artifact) != bool(real), step
            assert len(real) <= 1
            assert not real or (pages[step.page], real[0]) in tags, step


def test_u_01_every_tag_finds_its_content_by_the_parent_tree(opened):
    parents = opened.parents
    by_number = dict(zip((int(number) for number in parents[::2]), parents[1::2], strict=True))
    for page in opened.pdf.pages:
        entries = by_number[int(page.StructParents)]
        for mark, element in enumerate(entries):
            if isinstance(element, pikepdf.Dictionary):
                assert mark in kids(element)
                assert element.Pg.objgen == page.objgen


def test_u_02_tags_are_those_of_the_standard(opened):
    assert {str(element.S)[1:] for element, _ in opened.elements} <= STANDARD
    assert "/RoleMap" not in opened.root.StructTreeRoot


def test_u_06_the_file_declares_pdf_ua_1_and_a_title(metadata):
    assert [one.text for one in metadata.iterfind(".//pdfuaid:part", XMP)] == ["1"]
    title = metadata.findtext(".//dc:title/rdf:Alt/rdf:li", "", XMP)
    assert title.startswith(("Audit report RT-2026-000001", "About the decision in your case RL-2026-000001"))


def test_u_07_viewers_show_the_title(root):
    assert root.ViewerPreferences.DisplayDocTitle is True


def test_u_09_tables_and_lists_are_built_of_their_own_parts(opened):
    inside = {
        "TR": {"Table", "THead", "TBody", "TFoot"},
        "TH": {"TR"},
        "TD": {"TR"},
        "THead": {"Table"},
        "TBody": {"Table"},
        "TFoot": {"Table"},
        "LI": {"L"},
        "LBody": {"LI"},
    }
    for element, around in opened.elements:
        kind = str(element.S)[1:]
        if kind in inside:
            assert around[-1] in inside[kind], (kind, around)
        if kind in ("Table", "TR", "L"):
            allowed = {
                "Table": {"TR", "THead", "TBody", "TFoot", "Caption"},
                "TR": {"TH", "TD"},
                "L": {"LI", "L", "Caption"},
            }[kind]
            assert {str(kid.S)[1:] for kid in kids(element) if isinstance(kid, pikepdf.Dictionary)} <= allowed


def test_u_13_figures_have_other_words_and_a_place_on_the_page(opened):
    figures = opened.tagged("Figure")
    assert figures
    for figure in figures:
        assert len(str(figure.Alt).strip()) > 10
        left, bottom, right, top = (float(side) for side in figure.A.BBox)
        _, _, width, height = (float(side) for side in figure.Pg.MediaBox)
        assert 0 <= left < right <= width
        assert 0 <= bottom < top <= height


def test_u_14_headings_begin_at_the_first_level_and_skip_none(opened):
    levels = [int(str(e.S)[2]) for e, _ in opened.elements if re.fullmatch("/H[1-6]", str(e.S))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_u_15_header_cells_say_what_they_head(report):
    cells = report.tagged("TH")
    known = {bytes(cell.ID) for cell in cells}
    assert {str(cell.A.Scope) for cell in cells} == {"/Row", "/Column"}
    for cell in report.tagged("TD"):
        headers = [bytes(header) for header in cell.A.Headers]
        assert set(headers) <= known
    tree = report.root.StructTreeRoot.IDTree.Kids[0]
    assert {bytes(name) for name in tree.Names[::2]} == known
    assert [bytes(name) for name in tree.Names[::2]] == sorted(known)


def test_u_09_a_table_over_several_pages_is_one_table(made):
    said, opened = made
    tables = [(element, list(_within(element))) for element in opened.tagged("Table")]
    for element, parts in tables:
        assert [part.S for part in kids(element)].count("/THead") <= 1
        known = {bytes(part.ID) for part in parts if part.S == "/TH"}
        for part in parts:
            assert part.S != "/TD" or {bytes(name) for name in part.A.Headers} <= known
    over = [parts for _, parts in tables if len({part.Pg.objgen for part in parts}) > 1]
    assert over or not said.evidence.robustness.changes  # whose doses never fit on one page


def test_u_28_links_are_tagged_described_and_follow_the_structure(opened):
    parents = opened.parents
    by_number = dict(zip((int(number) for number in parents[::2]), parents[1::2], strict=True))
    for page in opened.pdf.pages:
        assert page.Tabs == "/S"
        for link in page.get("/Annots", ()):
            element = by_number[int(link.StructParent)]
            assert ("/Form" if link.Subtype == "/Widget" else "/Link") == element.S
            assert any(
                isinstance(kid, pikepdf.Dictionary) and kid.get("/Obj", None) == link for kid in kids(element)
            )
            assert len(str(link.Contents)) > 4
            assert "#" not in str(link.Contents)


def test_every_chapter_has_a_bookmark_and_every_link_a_place(report):
    with report.pdf.open_outline() as outline:
        titles = [one.title for entry in outline.root for one in (entry, *entry.children)]
    found = [one for page in report.pdf.pages for one in page.get("/Annots", ()) if one.Subtype == "/Link"]
    assert {str(link.Contents) for link in found} <= set(titles)
    places = {str(name) for name in report.root.Names.Dests.Names[::2]}
    assert {str(link.Dest) for link in found} <= places


PREFLIGHT = Path(os.environ.get("RETRACE_PREFLIGHT", "/usr/share/java"))
NOT_OF_1B = (
    "1.2.7 : Body Syntax error, Filter specified in metadata dictionary",
    "1.2.9 : Body Syntax error, EmbeddedFile entry is present",
    "1.4 : Trailer Syntax error, /XRef cross reference streams",
    "1.4.7 : Trailer Syntax error, EmbeddedFile entry is present",
    "2.2.1 : Invalid graphics transparency, Group",
    "2.2.2 : Invalid graphics transparency, Soft Mask",
    "3.1.11 : Invalid Font definition, ",  # CIDSet, which PDF/A-3 no longer asks for
    "4.1.2 : Transparency error, ca entry",
    "4.1.2 : Transparency error, CA entry",
)
"""What PDF/A-1b forbids and PDF/A-3 permits: 6.1.4, 6.2.10, 6.6.2, 6.8."""


@pytest.mark.skipif(
    not (PREFLIGHT / "preflight.jar").exists() or not shutil.which("java"),
    reason="PDFBox Preflight (libpdfbox2-java, libjaxb-api-java, libactivation-java) is not installed",
)
def test_preflight_finds_nothing_but_what_pdf_a_3_permits(opened, tmp_path):
    (tmp_path / "report.pdf").write_bytes(opened.content)
    jars = ":".join(str(jar) for jar in PREFLIGHT.glob("*.jar"))
    command = ["java", "-cp", jars, "org.apache.pdfbox.preflight.Validator_A1b", tmp_path / "report.pdf"]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    assert "is not a valid PDF/A-1b file" in said[0]
    found = [line for line in said[1:] if line.strip()]
    assert found
    assert [line for line in found if not line.startswith(NOT_OF_1B)] == []
    assert all("CIDSet" in line for line in found if line.startswith("3.1.11"))


def _fields(root: pikepdf.Object) -> list[pikepdf.Object]:
    return list(root.AcroForm.Fields) if "/AcroForm" in root else []


def _within(element: pikepdf.Object):
    for kid in kids(element):
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from _within(kid)


def _values(one):
    if isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
        for key, value in one.items():
            yield pikepdf.Name(key)
            yield from _values(value) if not _indirect(value) else ()
    elif isinstance(one, pikepdf.Array):
        for value in one:
            yield from _values(value) if not _indirect(value) else ()
    else:
        yield one


def _indirect(value) -> bool:
    return isinstance(value, pikepdf.Object) and value.is_indirect


def _dictionaries(one):
    if isinstance(one, pikepdf.Dictionary):
        yield one
        for value in one.values():
            if not _indirect(value):
                yield from _dictionaries(value)


def _named(opened: Opened, kind: str):
    found = {}
    for resources in opened.resources:
        for one in resources.get(kind, {}).values():
            found[one.objgen if one.is_indirect else id(one)] = one
    return found.values()


def _images(opened: Opened):
    return (one for one in _named(opened, "/XObject") if one.Subtype == "/Image")
