"""Every state against every event, found by walking all records that the samples can reach; written into the docs.

`python -m tests.decisions.table` writes docs/decision-states.md anew.
"""

from collections import defaultdict
from dataclasses import replace
from functools import cache
from pathlib import Path

from reports.decisions import state as s
from reports.decisions.state.refusals import SENTENCES
from tests.decisions.cases import BAD, CALENDAR, EVENTS, GOOD, LATE, NOW, fresh

PAGE = Path(__file__).parents[2] / "docs" / "decision-states.md"
_MARK = "<!-- From here on written by `python -m tests.decisions.table`. -->\n"
_BLANKET = (s.Code.NOT_PERMITTED, s.Code.ACTOR_UNNAMED, s.Code.REASON_MISSING, s.Code.EVIDENCE_MISSING)


@cache
def walk():
    """Return all records reached, and what each (state, event) came to: states and codes."""
    begin = fresh()
    seen, todo, found = {begin}, [begin], defaultdict(set)
    while todo:
        record = todo.pop()
        for event in GOOD + BAD:
            for now in (NOW, LATE):
                result = s.decide(record, event, now, CALENDAR)
                refused = isinstance(result, s.Refusal)
                found[record.state, type(event)].add(result.code if refused else result.state)
                if refused or now is LATE:
                    continue
                result = replace(result, sequence=0)
                if result not in seen:
                    seen.add(result)
                    todo.append(result)
    return seen, dict(found)


def page():
    """Return the page as it should be: what people wrote, then the tables."""
    written = PAGE.read_text("utf-8").partition(_MARK)[0]
    return f"{written}{_MARK}\n{_moves()}\n{_refusals()}"


def _moves():
    _, found = walk()
    lines = [f"| event | {' | '.join(s.State)} |", "|---" * (len(s.State) + 1) + "|"]
    lines += [
        f"| {cls.kind} | {' | '.join(_cell(state, found[state, cls]) for state in s.State)} |"
        for cls in EVENTS
    ]
    return "## Where an event leads\n\n" + "\n".join(lines) + "\n"


def _cell(state, results):
    moves = sorted("stays" if to is state else str(to) for to in results if isinstance(to, s.State))
    codes = sorted(f"*{code}*" for code in results if isinstance(code, s.Code) and code not in _BLANKET)
    return " or ".join(moves) or ", ".join(codes)


def _refusals():
    _, found = walk()
    raised = defaultdict(set)
    for (_, cls), results in found.items():
        for code in results:
            raised[code].add(cls.kind)
    lines = ["| code | sentence | events |", "|---|---|---|"]
    for code, sentence in SENTENCES.items():
        every = code in (*_BLANKET, s.Code.ERASED)
        events = "any" if every else ", ".join(sorted(raised[code]))
        lines.append(f"| {code} | {sentence.template.replace('%(', '{').replace(')s', '}')} | {events} |")
    return "## Refusals\n\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
