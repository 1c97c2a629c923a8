"""The signature field: a widget at a fixed place of the cover, told of in the structure tree as a form element."""

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, enumerate_sig_fields

NAME = "Signature"
_MM = 72 / 25.4
WIDTH_MM, HEIGHT_MM = 166, 27
_LEFT_MM, _BOTTOM_MM = 22, 22
BOX = (
    round(_LEFT_MM * _MM),
    round(_BOTTOM_MM * _MM),
    round((_LEFT_MM + WIDTH_MM) * _MM),
    round((_BOTTOM_MM + HEIGHT_MM) * _MM),
)


SPEC = SigFieldSpec(NAME, on_page=0, box=BOX)


def dress(writer: IncrementalPdfFileWriter, appearance: generic.IndirectObject, description: str) -> None:
    """Give the new field its picture and its place among the tags.

    `description` is what a screen reader says instead of the picture.
    """
    ((_, _, reference),) = enumerate_sig_fields(writer, with_name=NAME)
    widget = reference.get_object()
    text = generic.TextStringObject(description)
    widget["/TU"] = widget["/Contents"] = text
    widget["/AP"] = generic.DictionaryObject({pdf_name("/N"): appearance})
    page = widget.raw_get("/P")
    page.get_object()["/Tabs"] = pdf_name("/S")
    widget["/StructParent"] = generic.NumberObject(_tag(writer, reference, page))


def _tag(
    writer: IncrementalPdfFileWriter, widget: generic.IndirectObject, page: generic.IndirectObject
) -> int:
    """Put a form element that holds the widget at the end of the cover; return its key in the parent tree."""
    tree = writer.root["/StructTreeRoot"]
    document = tree["/K"]
    if isinstance(document, generic.ArrayObject):
        document = document[0]
    cover = document["/K"].raw_get(0)
    element = writer.add_object(_element(widget, page, cover))
    children = cover.get_object()["/K"]
    children.append(element)
    writer.update_container(children)
    return _register(writer, tree, element)


def _element(
    widget: generic.IndirectObject, page: generic.IndirectObject, parent: generic.IndirectObject
) -> generic.DictionaryObject:
    held = {pdf_name("/Type"): pdf_name("/OBJR"), pdf_name("/Obj"): widget, pdf_name("/Pg"): page}
    return generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/StructElem"),
            pdf_name("/S"): pdf_name("/Form"),
            pdf_name("/P"): parent,
            pdf_name("/Pg"): page,
            pdf_name("/K"): generic.ArrayObject([generic.DictionaryObject(held)]),
        }
    )


def _register(
    writer: IncrementalPdfFileWriter, tree: generic.DictionaryObject, element: generic.IndirectObject
) -> int:
    """Append the element to the parent tree, which our renderer writes as one leaf; return its new key."""
    numbers = tree["/ParentTree"]["/Nums"]
    key = max((int(number) for number in list(numbers.iterate())[::2]), default=-1) + 1
    if "/ParentTreeNextKey" in tree:
        key = max(key, int(tree["/ParentTreeNextKey"]))
    numbers.extend((generic.NumberObject(key), element))
    tree["/ParentTreeNextKey"] = generic.NumberObject(key + 1)
    for changed in (numbers, tree):
        writer.update_container(changed)
    return key
