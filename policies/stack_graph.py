"""The stack as the engine shows it: its resources, and which resource an ID belongs to.

Before the first update most IDs are unknown. The ID of an app or group that depends on exactly one
resource of the stack then counts as that resource's, so that the first preview can apply the rules.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar

from pulumi_policy import PolicyResource

from okta_idc.rules.binding import Location, Unavailable

from .properties import Inputs, plain
from .saml import is_identity_center

SAML = "okta:app/saml:Saml"
GROUP = "okta:group/group:Group"
APPS = frozenset({
    SAML, "okta:app/autoLogin:AutoLogin", "okta:app/basicAuth:BasicAuth",
    "okta:app/bookmark:Bookmark", "okta:app/oAuth:OAuth",
    "okta:app/securePasswordStore:SecurePasswordStore", "okta:app/swa:Swa",
    "okta:app/threeField:ThreeField", "okta:index/appSharedCredentials:AppSharedCredentials",
})  # fmt: skip

Settings = dict[str, dict[str, Any]]
"""JSON schemas of a policy's settings."""
Key = TypeVar("Key")
Value = TypeVar("Value")


def list_of_strings(name: str, description: str) -> Settings:
    """A setting that lists strings."""
    return {name: {"type": "array", "items": {"type": "string"}, "description": description}}


OTHER_APPS = list_of_strings(
    "otherApps", "IDs of Okta apps that are not for IAM Identity Center; they are skipped."
)


def grouped(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, list[Value]]:
    """The values by their keys."""
    found: dict[Key, list[Value]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


@dataclass(frozen=True)
class Resource:
    """A resource with its outputs: the inputs, and what the provider adds."""

    type: str
    name: str
    urn: str
    values: Inputs
    dependencies: Mapping[str, Sequence[PolicyResource]]

    @property
    def location(self) -> Location:
        """Where a finding about the resource points."""
        return Location(self.name, urn=self.urn)

    def at(self, name: str) -> Location:
        """Where a finding about a property points."""
        return Location(self.values.at(name), urn=self.urn)


class Stack:
    """All resources, and the policy's settings. `missing`: properties that are not known yet."""

    def __init__(self, resources: Sequence[PolicyResource], config: Mapping[str, Any]) -> None:
        self.config = config
        self.missing: list[Unavailable] = []
        self._all = {
            each.urn: Resource(
                each.resource_type,
                each.name,
                each.urn,
                Inputs(plain(each.props), each.name),
                each.property_dependencies,
            )
            for each in resources
            if each.resource_type.startswith(("okta:", "aws:ssoadmin/"))
        }

    def of(self, *types: str) -> list[Resource]:
        """The resources of these types, sorted by name: the engine's order varies."""
        found = (each for each in self._all.values() if each.type in types)
        return sorted(found, key=lambda each: (each.name, each.urn))

    def id_of(self, resource: Resource) -> str:
        """The resource's ID, or its type and name until it has one."""
        return resource.values.peek("id") or resource.urn.split("::", 2)[-1]

    def by_id(self, kind: str) -> dict[str, Resource]:
        """The resources of a type by their IDs."""
        return {self.id_of(each): each for each in self.of(kind)}

    def reference(
        self,
        resource: Resource,
        name: str,
        types: Collection[str],
        read: Callable[[], str | None] | None = None,
    ) -> str | None:
        """The ID in a property; None if absent. Raises Unavailable.

        `read` reads an ID that is nested in the property.
        """
        try:
            return read() if read else resource.values.text(name)
        except Unavailable:
            near = (self._all.get(each.urn) for each in resource.dependencies.get(name, ()))
            ids = {self.id_of(each) for each in near if each and each.type in types}
            if len(ids) != 1:
                raise
            return ids.pop()

    def app(self, resource: Resource, name: str = "appId") -> str | None:
        """The ID of the app that a resource belongs to. Raises Unavailable."""
        try:
            return resource.values.text(name)
        except Unavailable:
            found = self._nearest_apps(resource.dependencies.get(name, ()))
            if len(found) != 1:
                raise
            return self.id_of(found[0])

    def of_apps(self, *types: str, name: str = "appId") -> list[tuple[str, Resource]]:
        """Resources with the ID of their app, except those of apps that are not for IAM Identity
        Center. IDs that are unknown are `missing`."""
        others, found = self._others(), list[tuple[str, Resource]]()
        for resource in self.of(*types):
            try:
                app = self.app(resource, name)
            except Unavailable as unknown:
                self.missing.append(unknown)
            else:
                if app is not None and app not in others:
                    found.append((app, resource))
        return found

    def setting(self, name: str) -> list[str]:
        """The strings that the configuration lists under a name."""
        return Inputs({name: self.config.get(name)}).texts(name)

    def federating(self) -> Iterator[Resource]:
        """The SAML apps of the stack that are for IAM Identity Center."""
        return (each for each in self.of(SAML) if is_identity_center(each.values))

    def _others(self) -> set[str]:
        ours = {each.urn for each in self.federating()}
        declared = {self.id_of(each) for each in self.of(*APPS) if each.urn not in ours}
        return declared | set(self.setting("otherApps"))

    def _nearest_apps(self, start: Iterable[PolicyResource]) -> list[Resource]:
        """The apps that a value depends on through the fewest other resources: an app's ID often
        passes through the resource that must be ready first."""
        level: dict[str, PolicyResource] = {each.urn: each for each in start}
        seen: set[str] = set()
        while level:
            near = (self._all.get(urn) for urn in sorted(level))
            if found := [each for each in near if each and each.type in APPS]:
                return found
            seen |= level.keys()
            level = {
                each.urn: each
                for resource in level.values()
                for each in chain(resource.dependencies, *resource.property_dependencies.values())
                if each.urn not in seen
            }
        return []
