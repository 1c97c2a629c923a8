"""What a tagged PDF says of its pages: which element each piece of marked content belongs to."""

import re

from pypdf.generic import NullObject

_MARK = re.compile(rb"/(\w+)\s*<<\s*/MCID (\d+)\s*>>\s*BDC")


def parents(root) -> dict[int, object]:
    """Return the parent tree as a dictionary, its keys in order and within the limits of their leaves."""
    found, stack = {}, [root["/StructTreeRoot"]["/ParentTree"]]
    while stack:
        node = stack.pop(0).get_object()
        stack = [*node.get("/Kids", []), *stack]
        nums = node.get("/Nums", [])
        keys = [int(key) for key in nums[::2]]
        if "/Limits" in node:
            assert [keys[0], keys[-1]] == list(node["/Limits"])
        assert keys == sorted(keys)
        assert not set(keys) & set(found)
        found |= dict(zip(keys, nums[1::2], strict=True))
    return found


def elements(root) -> list:
    """Return all elements below the document element, each of which names its parent."""
    found, stack = [], [(root["/StructTreeRoot"]["/K"][0], None)]
    while stack:
        reference, parent = stack.pop()
        element = reference.get_object()
        if parent is not None:
            assert element["/P"] == parent
            found.append(element)
        kids = element.get("/K", [])
        below = [kid for kid in kids if hasattr(kid, "idnum")]
        stack += [(kid, element) for kid in below if kid.get_object().get("/Type") == "/StructElem"]
    return found


def check_marks(reader, page) -> int:
    """Check that each marked content of a page belongs to an element on it; return how many there are."""
    mapped = parents(reader.trailer["/Root"])[int(page["/StructParents"])].get_object()
    marks = [int(number) for _tag, number in _MARK.findall(page.get_contents().get_data())]
    owned = {number: one for number, one in enumerate(mapped) if not isinstance(one, NullObject)}
    assert sorted(marks) == list(owned)  # what is no part of the content, as page numbers are, has no mark
    for number, reference in owned.items():
        element = reference.get_object()
        assert element["/Pg"].indirect_reference == page.indirect_reference
        assert number in element["/K"]
    return len(marks)
