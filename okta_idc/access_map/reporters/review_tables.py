"""The review as a headline and tables, which the terminal and Markdown share."""

from collections.abc import Iterable
from dataclasses import dataclass

from okta_idc.access_map.impact import APPLICATIONS, Row
from okta_idc.access_map.review import Review

MOST_AFFECTED = 10
_PLACES = 3


@dataclass(frozen=True)
class ReviewTable:
    """A table. Its cells are foreign text, which the writer makes safe."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def people(number: int) -> str:
    """`1 person`, `2 people`."""
    return "1 person" if number == 1 else f"{number:,} people"


def headline(review: Review) -> str:
    """Who gains and who loses, in one sentence."""
    parts = [f"{people(review.gaining)} gain{_s(review.gaining)} access"] if review.gaining else []
    if review.losing:
        parts.append(f"{people(review.losing)} lose{_s(review.losing)} access")
    if review.changed:
        keep = f"{people(review.changed)} keep{_s(review.changed)} a permission set that changes"
        parts.append(keep)
    if review.interrupted:
        parts.append(
            f"{people(review.interrupted)} lose{_s(review.interrupted)} access during the update, "
            "because assignments are replaced"
        )
    if not parts:
        none = "No change of access is known" if review.unknown else "Nobody gains or loses access"
        return f"{none}."
    text = "; ".join(parts)
    return f"At least: {text}." if review.unknown else f"{text}."


def tables(review: Review, *, names: bool) -> list[ReviewTable]:
    """The tables that have rows. `names`: also the people who are most affected."""
    found = [
        ReviewTable("Gains", ("group", "permission set", "where", "people"), _rows(review.gains)),
        ReviewTable("Losses", ("group", "permission set", "where", "people"), _rows(review.losses)),
        ReviewTable(
            "Permission sets that change",
            ("permission set", "change", "people who keep it"),
            tuple(
                (each.name + (" (new)" if each.new else ""), change, f"{each.people:,}")
                for each in review.sets
                for change in each.changes
            ),
        ),
        ReviewTable(
            "By account",
            ("account or application", "people who gain", "people who lose"),
            tuple(
                (place, f"{gaining:,}", f"{losing:,}")
                for place, (gaining, losing) in sorted(
                    review.accounts.items(), key=lambda item: (-sum(item[1]), item[0])
                )
            ),
        ),
    ]
    if names:
        listed = review.people[:MOST_AFFECTED]
        found.append(
            ReviewTable(
                f"Most affected people ({len(listed):,} of {len(review.people):,})",
                ("user", "gains", "loses", ""),
                tuple((p.name, f"{p.gained:,}", f"{p.lost:,}", p.note) for p in listed),
            )
        )
    return [each for each in found if each.rows]


def _rows(rows: Iterable[Row]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (each.group, each.permission_set or "", _where(each), f"{each.people:,}") for each in rows
    )


def _where(row: Row) -> str:
    places = sorted(row.places)
    noun = "application" if row.permission_set == APPLICATIONS else "account"
    if len(places) == 1:
        return places[0]
    shown = ", ".join(places[:_PLACES])
    rest = f", and {len(places) - _PLACES:,} more" if len(places) > _PLACES else ""
    return f"{len(places):,} {noun}s: {shown}{rest}"


def _s(number: int) -> str:
    return "s" if number == 1 else ""
