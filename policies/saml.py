"""Reads an app.Saml: whether it is for IAM Identity Center, its statements and its addresses."""

import json
from typing import Any, cast

from okta_idc.rules.attribute_statements import Statement
from okta_idc.rules.attributes import NAME_PREFIX
from okta_idc.rules.binding import Unavailable

from .properties import Inputs

CATALOG_APP = "amazon_aws_sso"


def is_identity_center(saml: Inputs) -> bool:
    """Whether the app is for IAM Identity Center: Okta's catalog app, or a custom app with AWS's
    addresses or attributes for access control. Unknown properties are ignored."""
    if CATALOG_APP in (saml.peek("preconfiguredApp"), saml.peek("name")):
        return True
    addresses = (saml.peek(name) for name in ("ssoUrl", "destination", "audience"))
    if any("/platform/saml/" in (address or "") for address in addresses):
        return True
    try:
        statements = saml.each("attributeStatements")
    except Unavailable:
        return False
    return any((each.peek("name") or "").startswith(NAME_PREFIX) for each in statements)


def statement(inputs: Inputs) -> Statement | None:
    """The attribute statement; None where it has no name. Raises Unavailable."""
    name = inputs.text("name")
    if name is None:
        return None
    given = {"namespace": inputs.text("namespace"), "type": inputs.text("type")}
    stated = {key: value for key, value in given.items() if value is not None}
    return Statement(name, tuple(inputs.texts("values")), **stated)


def addresses(saml: Inputs) -> tuple[str | None, str | None]:
    """ACS URL and issuer URL: a catalog app has them in its settings, a custom app in its inputs.
    None for a URL that is not given. Raises Unavailable."""
    settings = saml.text("appSettingsJson")
    if settings is None:
        return saml.text("ssoUrl"), saml.text("audience")
    try:
        read: Any = json.loads(settings)
    except (ValueError, RecursionError):
        return None, None  # the provider rejects it
    values = Inputs(cast(dict[str, Any], read) if isinstance(read, dict) else {})
    return values.text("acsURL"), values.text("entityID")
