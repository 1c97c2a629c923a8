"""Events as JSON and back, for whoever keeps them."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from typing import Any, get_args, get_type_hints

from auditor.common.errors import Corrupt
from auditor.common.said import say
from reports.decisions.state.deadlines import aware
from reports.decisions.state.events import Actor, Event, Reviewer

_EVENTS: dict[str, type[Any]] = {event.kind: event for event in get_args(Event)}


def as_json(event: Event) -> dict[str, object]:
    """Return an event as a JSON object; `kind` tells which it is."""
    return {"kind": event.kind, **_fields(event)}


def from_json(written: Mapping[str, object]) -> Event:
    """Return the event that a JSON object holds; raises Corrupt for anything that `as_json` does not write."""
    kind = written.get("kind")
    try:
        event: Event = _made(_EVENTS[str(kind)], {k: v for k, v in written.items() if k != "kind"})
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Corrupt(say("An event of the kind %(kind)s cannot be read.", kind=repr(kind))) from None
    return event


def _fields(value: Any) -> dict[str, object]:
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return aware(value).isoformat()
    if isinstance(value, Actor | Reviewer):
        return _fields(value)
    return list(value) if isinstance(value, tuple) else value


def _made(cls: type[Any], written: Any) -> Any:
    hints = get_type_hints(cls)
    return cls(**{name: _read(hints[name], value) for name, value in written.items()})


def _read(hint: Any, value: Any) -> Any:
    if hint in (Actor, Reviewer):
        return _made(hint, value)
    if hint is datetime:
        return aware(datetime.fromisoformat(value))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(value)
    if hint == tuple[str, ...]:
        return tuple(_read(str, one) for one in value)
    if type(value) is not hint:
        raise ValueError(f"{value!r} is no {hint}")
    return value
