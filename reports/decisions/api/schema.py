"""What the description of the API (OpenAPI 3.1) says of bodies, which are read within limits of our own."""

from typing import Any

from reports.decisions.recording.draft import DecisionDraft

_REF = "#/components/schemas/{model}"


def components() -> dict[str, Any]:
    """Return the schemas of a decision and of its parts by their names."""
    whole = DecisionDraft.model_json_schema(ref_template=_REF)
    return {**whole.pop("$defs"), "DecisionDraft": whole}


_DRAFT = {"$ref": _REF.format(model="DecisionDraft")}
DECISION = {"requestBody": {"required": True, "content": {"application/json": {"schema": _DRAFT}}}}
LINES = {
    "requestBody": {
        "required": True,
        "description": "One DecisionDraft a line; at most 10,000 lines, 4 MiB a line, 64 MiB in all.",
        "content": {"application/x-ndjson": {"schema": _DRAFT}},
    }
}
