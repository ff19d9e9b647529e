"""The declared side of the access map, from a stack's settings."""

from okta_idc.access_map.model import Access, AccessMap
from okta_idc.settings import Settings
from okta_idc.settings.declared_access import declared_access


def declared_map(settings: Settings) -> AccessMap:
    """The declared access of the push groups, by the names that the settings use. Settings do not
    say who the members are."""
    found = declared_access(settings.account_access, None)
    return AccessMap(
        Access(found.accounts, found.applications),
        frozenset(group.key for group in settings.push_groups),
    )
