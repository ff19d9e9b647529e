"""Reads an app.Saml: whether it is for IAM Identity Center, its statements and its addresses."""

import json
import re
from collections.abc import Iterator
from typing import Any, cast

from okta_idc.rules.attribute_statements import Statement
from okta_idc.rules.attributes import NAME_PREFIX
from okta_idc.rules.binding import Unavailable
from okta_idc.rules.endpoints import ADDRESSES

from .properties import Inputs

CATALOG_APP = "amazon_aws_sso"
SETTINGS = ("appSettingsJson", "settings")
"""The property with a catalog app's settings, of the app and of AppSamlAppSettings."""
_AWS_ADDRESS = re.compile(r"https?://[^/]*aws[^/]*/platform/saml/", re.IGNORECASE)
"""AWS's addresses in every partition; the rules check their form."""


def is_identity_center(saml: Inputs) -> bool:
    """Whether the app is for IAM Identity Center: Okta's catalog app, or a custom app with AWS's
    addresses or attributes for access control. Unknown properties are ignored."""
    if is_catalog_app(saml) or any(map(_AWS_ADDRESS.match, _known_addresses(saml))):
        return True
    try:
        statements = saml.each("attributeStatements")
    except Unavailable:
        return False
    return any((each.peek("name") or "").startswith(NAME_PREFIX) for each in statements)


def _known_addresses(saml: Inputs) -> Iterator[str]:
    for name in ("ssoUrl", "destination", "audience"):
        yield saml.peek(name) or ""
    for name in SETTINGS:
        try:
            settings = app_settings(saml, name)
        except Unavailable:
            continue
        if settings:
            yield from (settings.peek(each) or "" for each in ADDRESSES)


def statement(inputs: Inputs) -> Statement | None:
    """The attribute statement; None where it has no name. Raises Unavailable."""
    name = inputs.text("name")
    if name is None:
        return None
    given = {"namespace": inputs.text("namespace"), "type": inputs.text("type")}
    stated = {key: value for key, value in given.items() if value is not None}
    return Statement(name, tuple(inputs.texts("values")), **stated)


def app_settings(saml: Inputs, name: str) -> Inputs | None:
    """The catalog app's settings; None where there are none, or where the provider rejects them.
    Raises Unavailable."""
    text = saml.text(name)
    try:
        read: Any = json.loads(text or "")
    except (ValueError, RecursionError):
        return None
    return Inputs(cast(dict[str, Any], read), saml.at(name)) if isinstance(read, dict) else None


def addresses(saml: Inputs) -> tuple[str | None, str | None]:
    """ACS URL and issuer URL: a catalog app has them in its settings, a custom app in its inputs.
    None for a URL that is not given. Raises Unavailable."""
    for name in SETTINGS:
        if settings := app_settings(saml, name):
            return settings.text(ADDRESSES[0]), settings.text(ADDRESSES[1])
    return saml.text("ssoUrl") or None, saml.text("audience") or None


def is_catalog_app(saml: Inputs) -> bool:
    """Whether the app is Okta's catalog app for IAM Identity Center."""
    return CATALOG_APP in (saml.peek("preconfiguredApp"), saml.peek("name"))
