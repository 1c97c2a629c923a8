"""One more file attached to a PDF by an incremental update; those that are attached already stay as they are."""

from collections.abc import Iterator
from datetime import datetime

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.embed import EmbeddedFileObject, EmbeddedFileParams, FileSpec
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

_DEPTH = 8


def attach(
    writer: IncrementalPdfFileWriter, *, name: str, content: bytes, description: str, moment: datetime
) -> None:
    """Attach a text file to the document as PDF/A-3 wants it: in the name tree and among the associated files."""
    embedded = EmbeddedFileObject.from_file_data(
        writer,
        content,
        mime_type="text/plain",
        params=EmbeddedFileParams(creation_date=moment, modification_date=moment),
    )
    spec = FileSpec(
        file_spec_string=name,
        file_name=name,
        embedded_data=embedded,
        description=description,
        af_relationship=generic.NameObject("/Supplement"),
    )
    reference = writer.add_object(spec.as_pdf_object())
    _associate(writer, reference)
    _name(writer, name, reference)
    writer.update_root()


def _associate(writer: IncrementalPdfFileWriter, reference: generic.IndirectObject) -> None:
    known = writer.root["/AF"].iterate() if "/AF" in writer.root else ()
    writer.root["/AF"] = generic.ArrayObject([*known, reference])


def _name(writer: IncrementalPdfFileWriter, name: str, reference: generic.IndirectObject) -> None:
    """Write the tree of attachments anew as one sorted leaf; a document has a handful of them."""
    if "/Names" not in writer.root:
        writer.root["/Names"] = generic.DictionaryObject()
    names = writer.root["/Names"]
    pairs = dict(_pairs(names["/EmbeddedFiles"], _DEPTH)) if "/EmbeddedFiles" in names else {}
    pairs[name] = reference
    leaf = generic.ArrayObject()
    for key in sorted(pairs):
        leaf.extend((generic.pdf_string(key), pairs[key]))
    names["/EmbeddedFiles"] = writer.add_object(generic.DictionaryObject({pdf_name("/Names"): leaf}))
    writer.update_container(names)


def _pairs(node: generic.DictionaryObject, depth: int) -> Iterator[tuple[str, generic.PdfObject]]:
    if "/Names" in node:
        found = list(node["/Names"].iterate())
        yield from zip(map(str, found[::2]), found[1::2], strict=True)
    if "/Kids" in node and depth:
        for kid in node["/Kids"].iterate():
            yield from _pairs(kid.get_object(), depth - 1)
