"""Compares two access maps."""

from dataclasses import dataclass

from okta_idc.access_map.model import Access, AccessMap


@dataclass(frozen=True)
class MapDifference:
    """Access and push groups on one side only: `missing` are declared and not there, `extra` are
    there and not declared."""

    declared: AccessMap
    live: AccessMap
    missing: Access
    extra: Access
    missing_groups: frozenset[str]
    extra_groups: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.missing or self.extra or self.missing_groups or self.extra_groups)

    @property
    def number(self) -> int:
        """The number of differing assignments and groups."""
        groups = len(self.missing_groups) + len(self.extra_groups)
        return self.missing.assignments + self.extra.assignments + groups

    @property
    def unknown(self) -> tuple[str, ...]:
        """Why parts were not compared."""
        return tuple(dict.fromkeys((*self.declared.unknown, *self.live.unknown)))

    def as_map(self) -> AccessMap:
        """Both sides in one, with the people who are there."""
        access = self.declared.access | self.live.access
        groups = (self.declared.groups or frozenset()) | (self.live.groups or frozenset())
        return AccessMap(access, groups, self.live.people, self.unknown)


def difference(declared: AccessMap, live: AccessMap) -> MapDifference:
    """The differences. Parts that one side does not know are not compared."""
    ours, theirs = declared.groups, live.groups
    missing = extra = frozenset[str]()
    if ours is not None and theirs is not None:
        missing, extra = ours - theirs, theirs - ours
    return MapDifference(
        declared, live,
        missing=declared.access - live.access, extra=live.access - declared.access,
        missing_groups=missing, extra_groups=extra,
    )  # fmt: skip
