"""Generates org files of any size, with planted defects that `okta-idc doctor` finds.

The same arguments give the same file. A comment at its start lists the groups to assign and to
push, and for each rule the users (by login) or groups (by name) that break it, as JSON.
`planted_defects` reads this comment.
"""

import json
import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml

from .client import PROGRAM
from .org_file import BUNDLED

Json = dict[str, Any]
ASSIGNMENT_GROUP = "aws-access"
LARGE = 101
"""Members of a push group that break OIC-211."""
_DIRECTORY, _LDAP = "corp.example.com", "ldap.example.com"
_HIDDEN = "\ufeff"
"""A zero-width character that YAML escapes, so that a reader of the file can see it."""
# Names whose ASCII form is not their letters without accents have it beside them.
_FIRST = ("Ada", "Amir", "Bea", "Chloé", "Dana", "Elif", "Finn", "Grace", "Hana", "Ines", "João",
          "Kofi", "Łukasz/Lukasz", "Mina", "Noah", "Søren/Soren", "太郎/Taro", "Uma", "Zoë",
          "Юлия/Yulia")  # fmt: skip
_LAST = ("Berg", "Costa", "Diop", "García", "Haddad", "Ito", "Jones-Smith", "Kaya", "Lind",
         "Müller", "Nair", "O'Neil", "Park", "Ruiz", "Silva", "Tamm", "de Vries", "Wei",
         "Żak/Zak", "山田/Yamada")  # fmt: skip
_TEAMS = ("platform", "data", "finance", "support", "security", "mobile", "research", "web")
_TITLES = ("Engineer", "Analyst", "Manager", "Architect", "Administrator")
_CITIES = (("Seattle", "WA", "98101", "US"), ("Berlin", "BE", "10115", "DE"),
           ("Osaka", "Osaka", "530-0001", "JP"))  # fmt: skip
_UNASSIGNED_STATUSES = ("ACTIVE", "STAGED", "SUSPENDED", "DEPROVISIONED", "RECOVERY")
_SOURCES = ("push", "push", "active_directory", "push", "ldap", "push", "app", "push",
            "active_directory", "okta")  # fmt: skip
"""What the groups after the assignment group are, in turn."""
_JIRA = "Jira"


class OrgSizeError(ValueError):
    """The defects do not fit in an org of this size; one line that says what to do."""


@dataclass
class _Pools:
    """The objects of the org that no defect has been planted in yet."""

    users: list[Json]
    push: list[Json]
    directory: list[Json]
    assigned: list[str]
    """The logins of the assignment group."""
    pushed: list[str]
    """The names of all push groups, in the order of the comment."""
    targets: list[Json]
    """All push groups. The smallest one gets the members who break a rule."""

    def add_member(self, login: str) -> str:
        """Add a user to a push group."""
        group = min(self.targets, key=lambda each: len(each["members"]))
        group["members"] = sorted({*group["members"], login})
        return login

    def fits(self, defect: "_Defect") -> bool:
        """Whether the defect can be planted once more."""
        sizes = [len(group["members"]) for group in self.targets]
        return (
            len(self.users) >= defect.users
            and len(self.push) >= defect.push
            and len(self.directory) >= defect.directory
            and len(self.assigned) >= defect.assigned
            and (not defect.member or min(sizes, default=LARGE) < LARGE - 1)
        )

    def rename(self, group: Json, name: str) -> str:
        """Rename a push group."""
        self.pushed[self.pushed.index(group["name"])] = name
        group["name"] = name
        return name


@dataclass(frozen=True)
class _Defect:
    """How to break a rule. `plant` returns the login or the name that the doctor reports."""

    title: str
    plant: Callable[[_Pools], str]
    users: int = 0
    push: int = 0
    directory: int = 0
    assigned: int = 0
    """The smallest number of users in the assignment group."""
    member: bool = False
    """Whether the user becomes a member of a push group."""


def _of_user(title: str, change: Callable[[Json], object]) -> _Defect:
    def plant(pools: _Pools) -> str:
        user = pools.users.pop()
        change(user)
        return user["login"]

    return _Defect(title, plant, users=1)


def _unassigned_member(pools: _Pools) -> str:
    login = pools.users.pop()["login"]
    pools.assigned.remove(login)
    return pools.add_member(login)


def _inactive_member(pools: _Pools) -> str:
    user = pools.users.pop()
    user["status"] = "SUSPENDED"
    return pools.add_member(user["login"])


def _shared_email(pools: _Pools) -> str:
    """Okta provisions users in the order of the file, and AWS rejects the later one."""
    pair = (pools.users.pop(), pools.users.pop())
    earlier, later = sorted(pair, key=lambda user: pools.assigned.index(user["login"]))
    later["email"] = earlier["email"]
    return later["login"]


def _hidden_in_name(pools: _Pools) -> str:
    group = pools.push.pop()
    return pools.rename(group, group["name"] + _HIDDEN)


def _forbidden_in_name(pools: _Pools) -> str:
    group = pools.push.pop()
    return pools.rename(group, group["name"].replace("-", ":", 1))


def _case_of_name(pools: _Pools) -> str:
    group, other = pools.push.pop(), pools.directory.pop()
    other |= {"name": group["name"].upper(), "members": [*group["members"]]}
    pools.pushed.append(other["name"])
    return other["name"]


def _large_group(pools: _Pools) -> str:
    group = pools.push.pop()
    group["members"] = sorted({*group["members"], *pools.assigned[:LARGE]})
    return group["name"]


def _drop(key: str) -> Callable[[Json], object]:
    return lambda user: user.pop(key, None)


def _set(key: str, value: str) -> Callable[[Json], object]:
    return lambda user: user.update({key: value})


def _half_an_address(user: Json) -> None:
    user.update(dict.fromkeys(("state", "zipCode", "countryCode")))
    user.update(streetAddress="1 Example Street", city="Springfield")


# OIC-211 comes last: no user is removed from the assignment group or added to a group after it.
DEFECTS: dict[str, _Defect] = {
    "OIC-202": _Defect("a member of a push group is not assigned", _unassigned_member, users=1,
                       member=True),
    "OIC-208": _Defect("a member of a push group is suspended", _inactive_member, users=1,
                       member=True),
    "OIC-301": _of_user("no display name", _drop("displayName")),
    "OIC-303": _of_user("a forbidden character in the title", _set("title", "VP <Sales>")),
    "OIC-304": _of_user("half an address", _half_an_address),
    "OIC-305": _of_user("a zero-width character", _set("title", f"Engineer{_HIDDEN}")),
    "OIC-306": _Defect("the email address of another user", _shared_email, users=2),
    "OIC-307": _of_user("a cleared title", _set("title", "")),
    "OIC-310": _of_user("a cleared manager", _set("manager", "")),
    "OIC-313": _of_user("a title of more than 1,024 characters", _set("title", "Chief " * 200)),
    "OIC-205": _Defect("a zero-width character in the name", _hidden_in_name, push=1),
    "OIC-206": _Defect("a colon in the name", _forbidden_in_name, push=1),
    "OIC-207": _Defect("names that differ in case", _case_of_name, push=1, directory=1),
    "OIC-211": _Defect("more than 100 members", _large_group, push=1, assigned=LARGE),
}  # fmt: skip
"""The defects by the rule that reports them."""


@dataclass
class _Plan:
    """The defects planted in an org, by rule, and the rules whose defect does not fit."""

    planted: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    omitted: list[str] = field(default_factory=list[str])


def generate_org(people: int, groups: int, seed: int, defects: str) -> str:
    """The text of an org file. `defects` is `none`, `some` (each kind once, as far as it fits), or
    the number of each kind. Raises OrgSizeError."""
    rng = random.Random(seed)  # noqa: S311 — not for security
    users = [_user(rng, number) for number in range(1, people + 1)]
    assigned = users[: people - people // 10]
    for user in users[len(assigned) :]:
        user["status"] = rng.choice(_UNASSIGNED_STATUSES)
    for user in rng.sample(assigned, len(assigned) // 20):
        user["status"] = rng.choice(("LOCKED_OUT", "PASSWORD_EXPIRED"))
    found = [_group(rng, number, assigned, users) for number in range(1, groups)]
    access: Json = {
        "name": ASSIGNMENT_GROUP,
        "description": "All AWS users. Assigned to the app, never pushed.",
        "members": [user["login"] for user in assigned],
    }  # fmt: skip
    pushed = [group for kind, group in found if kind == "push"]
    pools = _Pools(
        users=rng.sample(assigned, len(assigned)),
        push=pushed[1:],
        directory=[group for kind, group in found if kind == "active_directory"],
        assigned=access["members"],
        pushed=[group["name"] for group in pushed],
        targets=pushed,
    )
    plan = _plant(pools, defects)
    document: Json = {
        "name": f"generated-{seed}",
        "attributes": {"badge": "integer", "remote": "boolean", "rate": "number",
                       "teams": "string[]", "floors": "integer[]", "hobby": "string"},
        "user_types": {"contractor": {"agency": "string", "teams": "string[]"}},
        "everyone": True,
        "aws": yaml.safe_load(BUNDLED.read_text(encoding="utf-8"))["aws"],
        "apps": _apps(),
        "users": users,
        "groups": [access, *(group for _, group in found)],
    }  # fmt: skip
    command = f"{PROGRAM} org --people {people} --groups {groups} --seed {seed} --defects {defects}"
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    body = yaml.dump(document, Dumper=dumper, sort_keys=False, allow_unicode=True, width=10_000)
    return _comment(command, pools.pushed, plan) + body


def planted_defects(text: str) -> dict[str, list[str]]:
    """Read the comment of a generated org: users or groups by rule ID, and the groups to assign
    and to push by `assignments.groups` and `push_groups`."""
    lines = re.findall(r"^# (OIC-\d+|assignments\.groups|push_groups)\b[^\[]*(\[.*\])$", text, re.M)
    return {key: json.loads(value) for key, value in lines}


def _plant(pools: _Pools, defects: str) -> _Plan:
    plan = _Plan()
    if defects == "none":
        return plan
    count = 1 if defects == "some" else int(defects)
    for rule, defect in DEFECTS.items():
        for _ in range(count):
            if pools.fits(defect):
                plan.planted.setdefault(rule, []).append(defect.plant(pools))
            elif defects == "some":
                plan.omitted.append(rule)
            else:
                raise OrgSizeError(
                    f"--defects {defects}: the org is too small for {count} of {rule} "
                    f"({defect.title}). Use more --people and --groups, or --defects some."
                )
    return plan


def _comment(command: str, pushed: list[str], plan: _Plan) -> str:
    lines = [
        f"Generated by {command}",
        "All users are fictitious; example.com is a reserved domain.",
        "",
        "Assign and push these groups, with the username format ${source.login}:",
        f"assignments.groups: {json.dumps([ASSIGNMENT_GROUP])}",
        f"push_groups: {json.dumps(pushed)}",
        "",
        "Planted defects, each with the users (by login) or groups (by name) that break the rule:",
    ]
    for rule, names in sorted(plan.planted.items()):
        lines.append(f"{rule}, {DEFECTS[rule].title}: {json.dumps(names)}")
    if not plan.planted:
        lines[-1] = "No planted defects."
    if plan.omitted:
        lines += ["", f"The org is too small for {', '.join(sorted(plan.omitted))}."]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines) + "\n"


def _user(rng: random.Random, number: int) -> Json:
    (first, plain_first), (last, plain_last) = (_name(rng.choice(n)) for n in (_FIRST, _LAST))
    login = f"{plain_first}.{plain_last}.{number}@example.com"
    user: Json = {
        "login": login, "email": login, "firstName": first, "lastName": last,
        "displayName": f"{first} {last}", "title": rng.choice(_TITLES),
        "department": rng.choice(_TEAMS).title(), "costCenter": str(rng.randrange(1000, 10_000)),
        "employeeNumber": f"{number:06}", "nickName": None, "manager": None,
    }  # fmt: skip
    if rng.random() < 0.3:
        user["streetAddress"] = f"{rng.randrange(1, 200)} Example Street"
        place = rng.choice(_CITIES)
        user |= dict(zip(("city", "state", "zipCode", "countryCode"), place, strict=True))
    if rng.random() < 0.2:
        user["mobilePhone"] = ""  # cleared; Okta does not send it to AWS
    if rng.random() < 0.1:
        return user | {"type": "contractor", "agency": "Acme", "teams": None}
    teams = rng.sample(_TEAMS, rng.randrange(3))
    return user | {
        "badge": rng.randrange(10_000), "remote": rng.random() < 0.5,
        "rate": rng.choice((0.5, 0.8, 1)), "teams": teams,
        "floors": sorted(rng.sample(range(10), rng.randrange(3))),
        "hobby": rng.choice((None, "", "chess")),
    }  # fmt: skip


def _name(entry: str) -> tuple[str, str]:
    """A name, and its form in an email address."""
    name, _, plain = entry.partition("/")
    plain = unicodedata.normalize("NFKD", plain or name).encode("ascii", "ignore").decode()
    return name, re.sub(r"[^a-z]", "", plain.lower())


def _group(
    rng: random.Random, number: int, assigned: list[Json], users: list[Json]
) -> tuple[str, Json]:
    """A group, and what it is. Push groups have assigned users only."""
    kind = _SOURCES[(number - 1) % len(_SOURCES)]
    prefix = {"push": "aws", "active_directory": "ad", "app": "jira", "okta": "team"}.get(
        kind, kind
    )
    pool = assigned if kind == "push" else users
    members = rng.sample(pool, rng.randrange(min(40, len(pool)) + 1))
    group: Json = {
        "name": f"{prefix}-{rng.choice(_TEAMS)}-{number:04}",
        "members": sorted(user["login"] for user in members),
    }  # fmt: skip
    source = {"active_directory": _DIRECTORY, "ldap": _LDAP, "app": _JIRA}.get(kind)
    return kind, group | ({kind: source} if source else {})


def _apps() -> list[Json]:
    retired = {"acsURL": "https://retired.example.com/saml/acs",
               "entityID": "https://retired.example.com/saml"}  # fmt: skip
    return [
        {"label": "Salesforce", "name": "salesforce", "groups": ["Everyone"]},
        {"label": _JIRA, "name": "jira", "groups": [ASSIGNMENT_GROUP]},
        {"label": "AWS IAM Identity Center (retired)", "name": "amazon_aws_sso",
         "status": "INACTIVE", "settings": retired},
    ]  # fmt: skip
