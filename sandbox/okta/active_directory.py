"""Groups that Okta imports from Active Directory.

Such a group has the type APP_GROUP, its own object class, and the directory's profile attributes
(docs/research/okta-api.md#groups-of-active-directory). Only an import changes it, which the sandbox
does not emulate, and the directory is not in the list of apps. Assumed: the organizational unit. A
group of LDAP is assumed to have the object class and the profile attributes of a group of Okta.
"""

import base64
import hashlib

OBJECT_CLASS = "okta:windows_security_principal"


def profile(name: str, description: str, domain: str) -> dict[str, str]:
    """The profile of a group of this name in the domain, for example corp.example.com."""
    digest = hashlib.sha256(f"{domain}\\{name}".encode()).digest()
    numbers = [int.from_bytes(digest[at : at + 4], "big") for at in (0, 4, 8)]
    components = "".join(f",DC={part}" for part in domain.split("."))
    return {
        "name": name,
        "description": description or f"{domain}/Groups/{name}",
        "samAccountName": name,
        "dn": f"CN={name},OU=Groups{components}",
        "windowsDomainQualifiedName": f"{domain.split('.')[0].upper()}\\{name}",
        "groupType": "Security",
        "groupScope": "Global",
        "objectSid": f"S-1-5-21-{'-'.join(map(str, numbers))}-{1000 + digest[12]}",
        "externalId": base64.b64encode(digest[16:]).decode(),
    }
