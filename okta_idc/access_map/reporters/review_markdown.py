"""The review as Markdown for a pull request: numbers, groups, permission sets, and accounts.

Users' names are missing by default: more people can read a pull request than may see personal data.
"""

from collections.abc import Iterable

from okta_idc.access_map.reporters.review_tables import ReviewTable, headline, people, tables
from okta_idc.access_map.review import Review
from okta_idc.text import markdown as plain
from okta_idc.text import printable

MAX_BYTES = 24_000
"""A comment on GitHub has at most 65,536 characters, and the preview and the doctor's summary are
part of it (.ci/report)."""
_ROWS = 20
_CELL = 200
_REST = 40
"""Bytes of the line that counts the rows that do not fit."""


def review_markdown(
    found: Review, findings: Iterable[str], approval: str, *, names: bool = False,
    max_bytes: int = MAX_BYTES,
) -> str:  # fmt: skip
    """The review, at most `max_bytes` long. What does not fit is counted."""
    parts = [f"**{headline(found)}**\n\n"]
    for each in findings:
        parts.append(f"**{plain(printable(each, 500))}**\n\n")
    more = "at least " if found.unknown else ""
    end = f"Affected: {more}{people(found.affected)}. Approval of this change: `{approval}`.\n"
    if found.people and not names:
        end += "\nFor the names, run `okta-idc review` in a terminal.\n"
    left = max_bytes - _size("".join(parts)) - _size(end)
    unknown = _unknown(found, min(left, max_bytes // 4))
    left -= _size(unknown)
    listed = tables(found, names=names)
    parts += map(_table, listed, _rooms([_size(_table(table)) for table in listed], left))
    return "".join([*parts, unknown, end])


def _rooms(sizes: list[int], left: int) -> list[int]:
    """The room of each table: many gains do not take the room of the losses, and what a short table
    does not need is for the others."""
    rooms = [0] * len(sizes)
    for others, number in enumerate(sorted(range(len(sizes)), key=sizes.__getitem__)):
        rooms[number] = min(sizes[number] + _REST, left // (len(sizes) - others))
        left -= rooms[number]
    return rooms


def _unknown(found: Review, left: int) -> str:
    if not found.unknown:
        return ""
    lines = [f"- {plain(printable(each, 500))}" for each in found.unknown]
    return _fitting("Unknown, so that more people may be affected:\n\n", lines, left, "reasons")


def _table(table: ReviewTable, left: int = 1_000_000) -> str:
    head = f"{table.title}:\n\n| {' | '.join(table.columns)} |\n|{'---|' * len(table.columns)}\n"
    rows = [
        f"| {' | '.join(plain(printable(cell, _CELL)) for cell in row)} |"
        for row in table.rows
    ]  # fmt: skip
    return _fitting(head, rows[:_ROWS], left, "rows", len(rows))


def _fitting(head: str, lines: list[str], left: int, noun: str, total: int | None = None) -> str:
    """The head and the lines that fit, with the number of the others; nothing but this number if
    not even the head fits."""
    total = len(lines) if total is None else total
    rest = f"\n… and {total:,} more {noun}.\n\n"
    room = left - _size(head) - _size(rest)
    shown: list[str] = []
    for line in lines:
        room -= _size(line) + 1
        if room < 0:
            break
        shown.append(line)
    if not shown:
        return rest.lstrip() if left > _size(rest) else ""
    text = head + "\n".join(shown) + "\n\n"
    return text if len(shown) == total else text + f"… and {total - len(shown):,} more {noun}.\n\n"


def _size(text: str) -> int:
    return len(text.encode("utf-8", "backslashreplace"))
