"""Reads which attributes the profiles of Okta's users have.

An org has one schema for each user type. Okta's base attributes are in every one
(docs/research/okta-api.md#user-profile).
"""

from okta_idc.clients.json_path import get_object, get_text
from okta_idc.clients.okta import Okta


async def read_attributes(okta: Okta, schema: str = "default") -> frozenset[str]:
    """Names of the base and custom attributes of a schema, by default that of the default user
    type. One call. Raises OktaError."""
    read = await okta.get(f"/api/v1/meta/schemas/user/{schema}")
    parts = get_object(read, "definitions").values()
    return frozenset(name for part in parts for name in get_object(part, "properties"))


async def other_schemas(okta: Okta) -> list[str]:
    """IDs of the schemas of all other user types. One call. Raises OktaError."""
    types = await okta.every("/api/v1/meta/types/user")
    links = (get_text(t, "_links", "schema", "href") for t in types if not t.get("default"))
    return [schema for link in links if (schema := link.rpartition("/")[2])]
