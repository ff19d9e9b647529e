"""The org file: users, groups, apps and the fixed IDs of the AWS side.

Reads the file (YAML or JSON) into dataclasses. Each error names the file, the location, the value
and the remedy. The reader accepts profiles that AWS refuses, so that a test can see the refusal.
"""

import contextlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from . import partitions

BUNDLED = Path(__file__).with_name("org.yaml")
EVERYONE = "Everyone"
"""The name of Okta's group of all users."""
_MAX_DEPTH = 100
_MOST_REPEATED = 10_000
"""Most values that aliases may repeat in one file."""

# Okta's default user profile (its OpenAPI description, UserProfile).
PROFILE = frozenset(
    (
        "login", "email", "secondEmail", "firstName", "lastName", "middleName", "honorificPrefix",
        "honorificSuffix", "title", "displayName", "nickName", "profileUrl", "primaryPhone",
        "mobilePhone", "streetAddress", "city", "state", "zipCode", "countryCode",
        "postalAddress", "preferredLanguage", "locale", "timezone", "userType", "employeeNumber",
        "costCenter", "organization", "division", "department", "managerId", "manager",
    )
)  # fmt: skip
STATUSES = (
    "STAGED", "PROVISIONED", "ACTIVE", "RECOVERY", "PASSWORD_EXPIRED", "LOCKED_OUT", "SUSPENDED",
    "DEPROVISIONED",
)  # fmt: skip
_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,), "number": (int, float), "integer": (int,), "boolean": (bool,),
}  # fmt: skip
ATTRIBUTE_TYPES = (*_KINDS, "string[]", "number[]", "integer[]")
"""Types of custom attributes, as in Okta's Profile Editor; `[]` marks an array."""
APP_STATUSES = ("ACTIVE", "INACTIVE")
_ATTRIBUTE_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_SOURCES = ("active_directory", "ldap", "app")
"""Keys that name where a group is imported from; a group has one of them at most."""
_OWN_KEYS = frozenset(("status", "type"))
"""Keys of a user that are not attributes."""
_Patterns = dict[str, tuple[re.Pattern[str], str]]
"""Maps a key to the pattern of its value and a description of valid values."""
_DOMAIN = re.compile(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
OKTA_DOMAINS = (
    "okta.com", "oktapreview.com", "okta-emea.com", "okta-gov.com", "okta.mil", "trexcloud.com",
)  # fmt: skip
"""Okta's domains (docs/research/okta-api.md#org-metadata)."""
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DOMAINS: _Patterns = {
    # Okta's SDKs refuse the Admin Console's host (-admin) as that of the org.
    "okta_domain": (
        re.compile(rf"(?!\S*-admin\.){_LABEL}\.({'|'.join(map(re.escape, OKTA_DOMAINS))})"),
        "the org's name in one of Okta's domains, such as acme.okta.mil",
    ),
    "custom_domain": (
        re.compile(rf"(?!\S*\.({'|'.join(map(re.escape, OKTA_DOMAINS))})$){_LABEL}(\.{_LABEL})+"),
        "a domain of your own, such as login.example.com",
    ),
}
"""The domains of the org that its metadata names."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_AWS: _Patterns = {
    "region": (re.compile(r"[a-z]{2,}(-[a-z]+)+-\d"), "a region such as us-east-1"),
    "account": (re.compile(r"\d{12}"), "the twelve digits of an account"),
    # Patterns of botocore's sso-admin and identitystore models.
    "instance_id": (re.compile(r"ssoins-[a-zA-Z0-9-.]{16}"), "ssoins- and 16 letters or digits"),
    "identity_store_id": (re.compile(r"d-[0-9a-f]{10}"), "d- and ten hexadecimal digits"),
    # Not an RFC 4122 UUID: the first block is longer (docs/research/scim.md#endpoint).
    "tenant": (re.compile(r"[A-Za-z0-9-]{20,64}"), "20 to 64 letters, digits and dashes"),
    "secret": (re.compile(r"[A-Za-z0-9/_+=.@-]{1,512}"), "a name Secrets Manager accepts"),
}
_ACCOUNT_INSTANCE: _Patterns = {
    key: _AWS[key] for key in ("account", "instance_id", "identity_store_id")
}
# Patterns of botocore's organizations and sso-admin models.
_MEMBER: _Patterns = {
    "id": _AWS["account"],
    "name": (re.compile(r"[\u0020-\u007e]{1,50}"), "1 to 50 ASCII characters"),
    "email": (re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+"), "an address such as prod@example.com"),
}
_APP: _Patterns = {
    "label": (re.compile(r".{1,100}"), "1 to 100 characters"),
    "name": (re.compile(r"\w+", re.ASCII), "the name of a catalog app, such as salesforce"),
}
_APPLICATION: _Patterns = {
    "id": (re.compile(r"apl-[a-zA-Z0-9]{16}"), "apl- and 16 letters or digits"),
    "name": (re.compile(r".{1,100}"), "1 to 100 characters"),
}


class _AliasError(Exception):
    """Aliases repeat too many values, or the value that contains them."""


class OrgError(ValueError):
    """The org file is invalid; the message has one line for each problem."""


@dataclass(frozen=True)
class User:
    """An Okta user: profile attributes, identified by `login`, a status, and a user type.

    A value of the profile is null, a string, or what the type of the custom attribute allows.
    `type` is empty for the default user type.
    """

    profile: dict[str, Any]
    status: str = "ACTIVE"
    type: str = ""


@dataclass(frozen=True)
class Group:
    """A group; `members` holds logins.

    `active_directory` or `ldap` is the domain, and `app` the label of the app, that the group is
    imported from. All are empty for a group of Okta.
    """

    name: str
    description: str
    members: tuple[str, ...]
    active_directory: str = ""
    ldap: str = ""
    app: str = ""

    @property
    def source(self) -> tuple[str, str]:
        """What the group is imported from: the key of the org file and its value."""
        found = ((key, str(getattr(self, key))) for key in _SOURCES)
        return next(((key, value) for key, value in found if value), ("", ""))


@dataclass(frozen=True)
class OrgApp:
    """An app of the Okta org.

    `name` is that of the catalog app. `groups` holds the names of assigned groups, `users` the
    logins of users assigned individually, `settings` the settings of the catalog app.
    """

    label: str
    name: str
    status: str = "ACTIVE"
    groups: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    settings: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Account:
    """A member account of the AWS organization. `organizational_unit` is the path of names from the
    root, and empty for an account in the root."""

    id: str
    name: str
    email: str
    organizational_unit: str = ""
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Application:
    """An application of IAM Identity Center."""

    id: str
    name: str


@dataclass(frozen=True)
class AccountInstance:
    """An instance of IAM Identity Center that belongs to a member account."""

    account: str
    instance_id: str
    identity_store_id: str


@dataclass(frozen=True)
class Aws:
    """The AWS side: Identity Center's IDs, the SCIM secret, member accounts and applications.

    `account` is the management account. `account_instance` is a further instance that the caller
    sees beside the organization's.
    """

    region: str
    account: str
    instance_id: str
    identity_store_id: str
    tenant: str
    secret: str
    members: tuple[Account, ...] = ()
    applications: tuple[Application, ...] = ()
    account_instance: AccountInstance | None = None

    @property
    def partition(self) -> partitions.Partition:
        """The partition of the region."""
        return partitions.partition_of(self.region)


@dataclass(frozen=True)
class Org:
    """The initial state of the sandbox.

    `attributes` holds the types of the custom attributes of the default user type by name,
    `user_types` those of the other user types. `everyone`: the org has the group Everyone.
    `okta_domain` is the org's own domain, for example acme.okta.mil, and `custom_domain` a further
    one; both may be empty.
    """

    name: str
    users: tuple[User, ...]
    groups: tuple[Group, ...]
    aws: Aws
    attributes: dict[str, str] = field(default_factory=dict)
    user_types: dict[str, dict[str, str]] = field(default_factory=dict)
    apps: tuple[OrgApp, ...] = ()
    everyone: bool = False
    okta_domain: str = ""
    custom_domain: str = ""


def load_org(path: Path | None = None) -> Org:
    """Read an org file; without a path, the bundled org.yaml."""
    path = path or BUNDLED
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise OrgError(f"{path}: cannot be read ({reason}). Use a YAML or JSON file.") from None
    try:
        document = _document(text)
    except _AliasError:
        what = f"aliases (`*name`) repeat themselves, or more than {_MOST_REPEATED:,} values"
        raise OrgError(f"{path}: {what}. Write the values out.") from None
    # Loading raises plain ValueError on impossible dates and RecursionError on deep nesting.
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        location = f", line {mark.line + 1}" if mark else ""
        raise OrgError(f"{path}{location}: is not valid YAML. Correct the syntax.") from None
    reader = _Reader(str(path))
    org = reader.org(document)
    if org is None or reader.problems:
        raise OrgError("\n".join(reader.problems))
    return org


def _document(text: str) -> Any:
    """Parse JSON or YAML.

    The JSON parser and libyaml are much faster than PyYAML's own parser, but libyaml crashes the
    process on very deep nesting, where PyYAML raises an error.
    """
    with contextlib.suppress(ValueError):
        return json.loads(text)
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", text):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    if deepest > _MAX_DEPTH or re.search(rf"(?:[-?:][ \t]+){{{_MAX_DEPTH}}}", text):
        loader = yaml.SafeLoader
    if re.search(r"[&*]\w", text):
        sizes: dict[int, int] = {}
        if _size(yaml.compose(text, Loader=loader), sizes) - len(sizes) > _MOST_REPEATED:
            raise _AliasError
    return yaml.load(text, Loader=loader)  # noqa: S506


def _size(node: Any, sizes: dict[int, int]) -> int:
    """The number of values in a node, with each alias counted as what it repeats."""
    if id(node) in sizes:
        if not sizes[id(node)]:  # an alias is inside the value that it repeats
            raise _AliasError
        return sizes[id(node)]
    sizes[id(node)] = 0  # until the values in it are counted
    inner = node.value if isinstance(node, yaml.CollectionNode) else ()
    children = (child for each in inner for child in (each if isinstance(each, tuple) else (each,)))
    sizes[id(node)] = 1 + sum(_size(child, sizes) for child in children)
    return sizes[id(node)]


@dataclass
class _Reader:
    """Reads the document and collects all problems."""

    file: str
    problems: list[str] = field(default_factory=list)

    def org(self, document: object) -> Org | None:
        keys = ("name", *DOMAINS, "attributes", "user_types", "everyone", "users", "groups", "apps",
                "aws")  # fmt: skip
        top = self.mapping("", document, keys)
        if top is None:
            return None
        name = self.text("name", top.get("name"))
        attributes = self.attributes("attributes", top.get("attributes", {}))
        user_types = self.user_types(top.get("user_types", {}))
        types = {"": attributes, **user_types}
        users = [
            user
            for index, item in enumerate(self.items("users", top.get("users")))
            if (user := self.user(f"users[{index}]", item, types))
        ]
        logins = self.unique("users", "login", top.get("users"))
        labels = self.unique("apps", "label", top.get("apps"))
        groups = [
            group
            for index, item in enumerate(self.items("groups", top.get("groups")))
            if (group := self.group(f"groups[{index}]", item, logins, labels))
        ]
        # Okta's names are unique among its own groups, and those of a source among its groups.
        self.unique("groups", "name", top.get("groups"), per=_SOURCES)
        everyone = self.everyone(top.get("everyone", False), groups)
        names = {group.name for group in groups} | ({EVERYONE} if everyone else set[str]())
        apps = [
            app
            for index, item in enumerate(self.items("apps", top.get("apps", [])))
            if (app := self.app(f"apps[{index}]", item, logins, names))
        ]
        given = {key: pattern for key, pattern in DOMAINS.items() if key in top}
        domains = self.checked("", top, given)
        aws = self.aws(top.get("aws"))
        if aws is None or self.problems:
            return None
        return Org(
            name, tuple(users), tuple(groups), aws, attributes, user_types, tuple(apps), everyone,
            **domains,
        )  # fmt: skip

    def attributes(self, location: str, item: object) -> dict[str, str]:
        """Read the custom attributes of a user type: the type of each by its name."""
        if not isinstance(item, dict):
            self.problem(location, item, "Use a mapping from names to types.")
            return {}
        found: dict[str, str] = {}
        for name, kind in item.items():
            where = f"{location}.{name}"
            if not isinstance(name, str) or not _ATTRIBUTE_NAME.fullmatch(name):
                self.problem(where, kind, "Name an attribute with ASCII letters, digits and _.")
            elif name in PROFILE | _OWN_KEYS:
                self.problem(where, kind, "Use another name: Okta's users have this key already.")
            elif kind not in ATTRIBUTE_TYPES:
                self.problem(where, kind, f"Use one of {', '.join(ATTRIBUTE_TYPES)}.")
            else:
                found[name] = kind
        return found

    def user_types(self, item: object) -> dict[str, dict[str, str]]:
        if not isinstance(item, dict):
            self.problem("user_types", item, "Use a mapping from names to custom attributes.")
            return {}
        found: dict[str, dict[str, str]] = {}
        for name, attributes in item.items():
            where = f"user_types.{name}"
            if not isinstance(name, str) or not _ATTRIBUTE_NAME.fullmatch(name) or name == "user":
                fix = "Name a user type with ASCII letters, digits and _, and not user."
                self.problem(where, attributes, fix)
            else:
                found[name] = self.attributes(where, {} if attributes is None else attributes)
        return found

    def everyone(self, value: object, groups: list[Group]) -> bool:
        if not isinstance(value, bool):
            self.problem("everyone", value, "Use true or false.")
            return False
        for index, group in enumerate(groups):
            if value and group.name == EVERYONE and not group.source[1]:
                fix = "Use another name, or remove `everyone`: Okta adds this group itself."
                self.problem(f"groups[{index}].name", group.name, fix)
        return value

    def user(self, location: str, item: object, types: dict[str, dict[str, str]]) -> User | None:
        before = len(self.problems)
        kind = item.get("type") if isinstance(item, dict) and "type" in item else ""
        if not isinstance(kind, str) or kind not in types:
            fix = "Use a name of user_types, or omit the key for the default user type."
            self.problem(f"{location}.type", kind, fix)
            return None
        custom = types[kind]
        entry = self.mapping(location, item, (*sorted(PROFILE), *custom, *sorted(_OWN_KEYS)))
        if entry is None:
            return None
        status = entry.get("status", "ACTIVE")
        if status not in STATUSES:
            self.problem(f"{location}.status", status, f"Use one of {', '.join(STATUSES)}.")
        profile = {key: value for key, value in entry.items() if key not in _OWN_KEYS}
        # First and last name are optional in some orgs
        # (docs/research/okta-api.md#user-profile).
        for key in ("login", "email"):
            value = self.text(f"{location}.{key}", profile.get(key))
            if value and not _is_email(value):
                fix = "Use an address of 5 to 100 characters, for example ada@example.com."
                self.problem(f"{location}.{key}", value, fix)
        for key in profile.keys() - {"login", "email"}:
            self.value(f"{location}.{key}", profile[key], custom.get(key, "string"))
        return User(profile, str(status), kind) if len(self.problems) == before else None

    def value(self, location: str, value: object, kind: str) -> None:
        """Check the value of an attribute. Okta keeps null and, for a cleared text, an empty
        string (docs/research/okta-api.md#user-profile)."""
        if value is None:
            return
        of_items = kind.removesuffix("[]")
        if kind == of_items:
            if not _is_kind(value, kind):
                # YAML reads 98101, NO and 2026-01-01 as a number, a boolean and a date.
                quotes = "Use a string: put it in quotes."
                fix = quotes if kind == "string" else f"Use a value of type {kind}, or null."
                self.problem(location, value, fix)
        elif not (isinstance(value, list) and all(_is_kind(item, of_items) for item in value)):
            self.problem(location, value, f"Use a list of values of type {of_items}, or null.")

    def group(
        self, location: str, item: object, logins: dict[str, str], labels: dict[str, str]
    ) -> Group | None:
        keys = ("name", "description", "members", *_SOURCES)
        entry = self.mapping(location, item, keys)
        if entry is None:
            return None
        before = len(self.problems)
        name = self.text(f"{location}.name", entry.get("name"))
        if len(name) > 255:  # docs/research/okta-api.md#groups-and-users
            self.problem(f"{location}.name", name, "Use at most 255 characters.")
        description = ""
        if "description" in entry:
            description = self.text(f"{location}.description", entry["description"])
        sources = {key: self.text(f"{location}.{key}", entry[key])
                   for key in _SOURCES if key in entry}  # fmt: skip
        for key, source in sources.items():
            if len(sources) > 1:
                fix = f"Keep one of {', '.join(sources)}: a group has one source."
                self.problem(f"{location}.{key}", source, fix)
            elif key == "app" and source and labels.get(source.casefold()) != source:
                self.problem(f"{location}.app", source, "Use the label of one of the apps.")
            elif key != "app" and source and not _DOMAIN.fullmatch(source):
                fix = "Use a domain such as corp.example.com."
                self.problem(f"{location}.{key}", source, fix)
        members = self.logins(f"{location}.members", entry.get("members", []), logins, "member")
        if len(self.problems) > before:
            return None
        return Group(name, description, members, **sources)

    def logins(
        self, location: str, items: object, logins: dict[str, str], what: str
    ) -> tuple[str, ...]:
        """Read a list of logins of the org's users."""
        found: dict[str, None] = {}
        for index, item in enumerate(self.items(location, items)):
            text = self.text(f"{location}[{index}]", item)
            login = logins.get(text.casefold())
            if text and login is None:
                fix = f"Add a user with this login, or remove the {what}."
                self.problem(f"{location}[{index}]", text, fix)
            elif login in found:
                self.problem(f"{location}[{index}]", text, f"List each {what} once.")
            elif login:
                found[login] = None
        return tuple(found)

    def app(
        self, location: str, item: object, logins: dict[str, str], names: set[str]
    ) -> OrgApp | None:
        keys = ("label", "name", "status", "groups", "users", "settings")
        entry = self.mapping(location, item, keys)
        if entry is None:
            return None
        before = len(self.problems)
        text = self.checked(location, entry, _APP)
        status = entry.get("status", "ACTIVE")
        if status not in APP_STATUSES:
            self.problem(f"{location}.status", status, f"Use one of {', '.join(APP_STATUSES)}.")
        groups: list[str] = []
        for index, each in enumerate(self.items(f"{location}.groups", entry.get("groups", []))):
            where = f"{location}.groups[{index}]"
            name = self.text(where, each)
            if name and name not in names:
                self.problem(where, name, "Use the name of one of the groups.")
            elif name in groups:
                self.problem(where, name, "List each group once.")
            groups.append(name)
        users = self.logins(f"{location}.users", entry.get("users", []), logins, "user")
        settings = entry.get("settings", {})
        if not isinstance(settings, dict):
            self.problem(f"{location}.settings", settings, "Use a mapping from names to strings.")
            settings = {}
        for key, value in settings.items():
            self.text(f"{location}.settings.{key}", value)
            if not isinstance(key, str):
                self.problem(f"{location}.settings", key, "Use a string as the name of a setting.")
        if len(self.problems) > before:
            return None
        return OrgApp(**text, status=status, groups=tuple(groups), users=users, settings=settings)

    def aws(self, item: object) -> Aws | None:
        keys = (*_AWS, "members", "applications", "account_instance")
        entry = self.mapping("aws", item, keys)
        if entry is None:
            return None
        given = entry.get("members", [])
        listed = given if isinstance(given, list) else []
        placed = [self.placement(f"aws.members[{i}]", each) for i, each in enumerate(listed)]
        plain = [each for each, _ in placed] if isinstance(given, list) else given
        members = self.entries("aws.members", plain, _MEMBER, "id", "email")
        for index, member in enumerate(members):
            if member["id"] and member["id"] == entry.get("account"):
                fix = "Remove it: the management account (aws.account) is not a member account."
                self.problem(f"aws.members[{index}].id", member["id"], fix)
        items = entry.get("applications", [])
        applications = self.entries("aws.applications", items, _APPLICATION, "id")
        return Aws(
            **self.checked("aws", entry, _AWS),
            members=tuple(
                Account(**member, **place)
                for member, (_, place) in zip(members, placed, strict=False)
            ),
            applications=tuple(Application(**application) for application in applications),
            account_instance=self.account_instance(entry),
        )

    def account_instance(self, aws: dict[str, Any]) -> AccountInstance | None:
        if "account_instance" not in aws:
            return None
        location = "aws.account_instance"
        entry = self.mapping(location, aws["account_instance"], tuple(_ACCOUNT_INSTANCE))
        if entry is None:
            return None
        for key in ("instance_id", "identity_store_id"):
            if entry.get(key) is not None and entry[key] == aws.get(key):
                self.problem(f"{location}.{key}", entry[key], f"Use another ID than aws.{key}.")
        return AccountInstance(**self.checked(location, entry, _ACCOUNT_INSTANCE))

    def placement(self, location: str, item: object) -> tuple[object, dict[str, Any]]:
        """An account without its optional keys, and these: organizational unit and tags."""
        if not isinstance(item, dict):
            return item, {}
        unit, tags = item.get("organizational_unit", ""), item.get("tags", {})
        if not isinstance(unit, str) or (unit and not all(unit.split("/"))):
            fix = "Use a path of names from the root, such as Workloads/Dev."
            self.problem(f"{location}.organizational_unit", unit, fix)
        texts = tags.items() if isinstance(tags, dict) else [(tags, None)]
        if not all(isinstance(each, str) for pair in texts for each in pair):
            self.problem(f"{location}.tags", tags, "Use a mapping of strings to strings.")
        plain = {k: v for k, v in item.items() if k not in ("organizational_unit", "tags")}
        return plain, {"organizational_unit": unit, "tags": tags}

    def entries(
        self, location: str, items: object, patterns: _Patterns, *unique: str
    ) -> list[dict[str, str]]:
        """Read a list of mappings that have exactly these keys."""
        for key in unique:
            self.unique(location, key, items)
        return [
            self.checked(f"{location}[{index}]", entry, patterns)
            for index, item in enumerate(self.items(location, items))
            if (entry := self.mapping(f"{location}[{index}]", item, tuple(patterns))) is not None
        ]

    def checked(self, location: str, entry: dict[str, Any], patterns: _Patterns) -> dict[str, str]:
        above = f"{location}." if location else ""
        values = {key: self.text(f"{above}{key}", entry.get(key)) for key in patterns}
        for key, (pattern, description) in patterns.items():
            if values[key] and not pattern.fullmatch(values[key]):
                self.problem(f"{above}{key}", values[key], f"Use {description}.")
        return values

    def unique(
        self, location: str, key: str, items: object, *, per: tuple[str, ...] = ()
    ) -> dict[str, str]:
        """Check for duplicates, ignoring case; return the values by their case-folded form.

        With `per`, only entries with the same values of these keys are compared.
        """
        seen: dict[str, str] = {}
        compared: set[tuple[str, ...]] = set()
        for index, item in enumerate(items if isinstance(items, list) else []):
            if not isinstance(item, dict) or not isinstance(value := item.get(key), str):
                continue
            part = tuple(str(item.get(each, "")) for each in per)
            if (*part, value.casefold()) in compared:
                fix = f"Use a unique {key} for each of the {location} (ignoring case)."
                self.problem(f"{location}[{index}].{key}", value, fix)
            compared.add((*part, value.casefold()))
            seen.setdefault(value.casefold(), value)
        return seen

    def mapping(self, location: str, item: object, keys: tuple[str, ...]) -> dict[str, Any] | None:
        if not isinstance(item, dict):
            self.problem(location, item, f"Use a mapping with the keys {', '.join(keys)}.")
            return None
        for key in item:
            if key not in keys:
                where = f"{location}.{key}" if location else str(key)
                self.problem(where, item[key], f"Unknown key; use {', '.join(keys)}.")
        return {key: value for key, value in item.items() if key in keys}

    def items(self, location: str, item: object) -> list[object]:
        if isinstance(item, list):
            return item
        self.problem(location, item, "Use a list.")
        return []

    def text(self, location: str, value: object) -> str:
        if isinstance(value, str) and value.strip():
            return value
        if value is None:
            self.problem(location, value, "Add a value.")
        elif isinstance(value, str):
            self.problem(location, value, "Use a non-empty string, or omit the key.")
        else:
            # YAML reads 98101, NO and 2026-01-01 as a number, a boolean and a date.
            self.problem(location, value, "Use a string: put it in quotes.")
        return ""

    def problem(self, location: str, value: object, fix: str) -> None:
        state = "is missing" if value is None else f"is {_shortened(value)}"
        self.problems.append(f"{self.file}: {location or 'the document'} {state}. {fix}")


def _is_email(value: str) -> bool:
    return 5 <= len(value) <= 100 and _EMAIL.fullmatch(value) is not None


def _is_kind(value: object, kind: str) -> bool:
    """Whether a value is of a type of Okta. In Python, a boolean is an integer too."""
    return isinstance(value, _KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _shortened(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"
