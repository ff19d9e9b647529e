"""The values of a user's attributes as one text, on both sides: the app profile, which Okta sends,
and the Identity Store user.

Texts are interned, so that equal values on both sides cost one text in memory and are compared at
once.
"""

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from okta_idc.clients.identity_store import ENTERPRISE
from okta_idc.rules.profiles import SENT

_SEPARATOR = "\x1f"
_NOTHING: Mapping[str, Any] = {}


def sent_values(user_name: str, profile: Mapping[str, Any]) -> str:
    """What Okta sends of an app user: the values of `profiles.SENT`, in its order."""
    values: list[Any] = [profile.get(name) or "" for name in SENT]
    values[_USER_NAME] = user_name
    return _joined(values)


def stored_values(user: Mapping[str, Any]) -> str:
    """The same attributes of a user as the Identity Store API returns it."""
    get = user.get
    name = get("Name") or _NOTHING
    address = _primary(get("Addresses"))
    work = (get("Extensions") or _NOTHING).get(ENTERPRISE) or _NOTHING
    manager: Any = work.get("manager") or _NOTHING
    return _joined([
        name.get("GivenName") or "", name.get("FamilyName") or "", get("UserName") or "",
        get("DisplayName") or "", name.get("MiddleName") or "", name.get("HonorificPrefix") or "",
        name.get("HonorificSuffix") or "", get("NickName") or "", get("ProfileUrl") or "",
        get("Title") or "", get("UserType") or "", get("PreferredLanguage") or "",
        get("Locale") or "", get("Timezone") or "", _primary(get("Emails")).get("Value") or "",
        _primary(get("PhoneNumbers")).get("Value") or "", address.get("StreetAddress") or "",
        address.get("Locality") or "", address.get("Region") or "",
        address.get("PostalCode") or "", address.get("Country") or "",
        work.get("employeeNumber") or "", work.get("costCenter") or "",
        work.get("organization") or "", work.get("division") or "", work.get("department") or "",
        manager if isinstance(manager, str) else manager.get("value") or "",
    ])  # fmt: skip


def by_attribute(values: str) -> dict[str, str]:
    """The values of a text that `sent_values` or `stored_values` returned, by attribute."""
    return dict(zip(SENT, values.split(_SEPARATOR), strict=True))


def _primary(listed: Any) -> Mapping[str, Any]:
    """The primary entry of a list, or else the first."""
    entries: list[Mapping[str, Any]] = listed or []
    for each in entries:
        if each.get("Primary"):
            return each
    return entries[0] if entries else _NOTHING


def _joined(values: list[Any]) -> str:
    try:
        text = _SEPARATOR.join(values)
    except TypeError:  # not a text: OIC-308
        text = ""
    if text.count(_SEPARATOR) != _SEPARATORS:
        text = _SEPARATOR.join(_plain(values))
    return sys.intern(text)


def _plain(values: Iterable[Any]) -> Iterable[str]:
    """Texts without the separator, which AWS rejects in a value (OIC-305)."""
    return (str(value).replace(_SEPARATOR, " ") for value in values)


_USER_NAME = SENT.index("userName")
_SEPARATORS = len(SENT) - 1
