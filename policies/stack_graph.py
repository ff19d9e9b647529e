"""The stack as the engine shows it: its resources, and which resource an ID belongs to.

Before the first update most IDs are unknown. The ID of an app or group that depends on exactly one
resource of the stack then counts as that resource's, so that the first preview can apply the rules.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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

OTHER_APPS: Mapping[str, Mapping[str, Any]] = {
    "otherApps": {
        "type": "array",
        "items": {"type": "string"},
        "description": "IDs of Okta apps that are not for IAM Identity Center; they are skipped.",
    }
}


@dataclass(frozen=True)
class Resource:
    """A resource with its outputs: the inputs, and what the provider adds."""

    type: str
    name: str
    urn: str
    values: Inputs
    made_from: Mapping[str, Sequence["PolicyResource"]]

    @property
    def here(self) -> Location:
        """Where a finding about the resource points."""
        return Location(self.name, urn=self.urn)

    def at(self, name: str) -> Location:
        """Where a finding about a property points."""
        return Location(self.values.at(name), urn=self.urn)


class Stack:
    """All resources, and the policy's settings."""

    def __init__(self, resources: Sequence[PolicyResource], config: Mapping[str, Any]) -> None:
        self.config = config
        self._all = {resource.urn: _resource(resource) for resource in resources if _ours(resource)}

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

    def belongs(
        self,
        resource: Resource,
        name: str,
        types: Collection[str],
        read: Callable[[], str | None] | None = None,
    ) -> str | None:
        """The ID in a property; None where there is none. Raises Unavailable.

        `read` reads an ID that is nested in the property.
        """
        try:
            return read() if read else resource.values.text(name)
        except Unavailable:
            near = [
                self._all[r.urn] for r in resource.made_from.get(name, ()) if r.urn in self._all
            ]
            one = {self.id_of(each) for each in near if each.type in types}
            if len(one) != 1:
                raise
            return one.pop()

    def app(self, resource: Resource, name: str = "appId") -> str | None:
        """The ID of the app that a resource belongs to. Raises Unavailable."""
        try:
            return resource.values.text(name)
        except Unavailable:
            found = self._nearest_apps(resource.made_from.get(name, ()))
            if len(found) != 1:
                raise
            return self.id_of(found[0])

    def of_apps(
        self, *types: str, name: str = "appId"
    ) -> tuple[list[tuple[str, Resource]], list[Unavailable]]:
        """Resources with the ID of their app, except those of apps that are not for IAM Identity
        Center; and the IDs that are unknown."""
        others, found, unknown = self._others(), list[tuple[str, Resource]](), list[Unavailable]()
        for resource in self.of(*types):
            try:
                app = self.app(resource, name)
            except Unavailable as missing:
                unknown.append(missing)
                continue
            if app is not None and app not in others:
                found.append((app, resource))
        return found, unknown

    def by_app(self, *types: str) -> tuple[dict[str, list[Resource]], list[Unavailable]]:
        """The resources of `of_apps` by the ID of their app."""
        found, unknown = self.of_apps(*types)
        grouped: dict[str, list[Resource]] = {}
        for app, resource in found:
            grouped.setdefault(app, []).append(resource)
        return grouped, unknown

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
        level, seen = {each.urn: each for each in start}, set[str]()
        while level:
            found = [self._all[urn] for urn in sorted(level) if self._is_app(urn)]
            if found:
                return found
            seen |= level.keys()
            level = {
                each.urn: each
                for resource in level.values()
                for each in _upstream(resource)
                if each.urn not in seen
            }
        return []

    def _is_app(self, urn: str) -> bool:
        return urn in self._all and self._all[urn].type in APPS


def _ours(resource: PolicyResource) -> bool:
    return resource.resource_type.startswith(("okta:", "aws:ssoadmin/"))


def _resource(resource: PolicyResource) -> Resource:
    return Resource(
        resource.resource_type,
        resource.name,
        resource.urn,
        Inputs(plain(resource.props), resource.name),
        resource.property_dependencies,
    )


def _upstream(resource: PolicyResource) -> Iterator[PolicyResource]:
    yield from resource.dependencies
    for made_from in resource.property_dependencies.values():
        yield from made_from
