"""Characters that this Python does not know are unknown to the doctor, and no finding."""

from okta_idc.doctor.bindings.groups import BINDINGS
from okta_idc.doctor.report import Report
from okta_idc.doctor.user_checks import UserChecks
from okta_idc.inventory.assigned_users import AssignedUsers
from okta_idc.inventory.model import Inventory, OktaGroups, Source
from okta_idc.rules import groups
from tests.unit.okta_idc.rules.test_characters import newest

NAMES = {"firstName": "Ada", "lastName": "King", "displayName": "Ada King", "email": "a@b.c"}


def report(title: str, **more: str) -> Report:
    """The findings on two users with this title, which is also a session tag."""
    statement = {
        "type": "EXPRESSION", "values": ["user.title"],
        "name": "https://aws.amazon.com/SAML/Attributes/AccessControl:Title",
        "namespace": "urn:oasis:names:tc:SAML:2.0:attrname-format:uri",
    }  # fmt: skip
    found, checks, result = Inventory(Source("us-east-1")), UserChecks(), Report()
    found.app = {"settings": {"signOn": {"attributeStatements": [statement]}}}
    users = AssignedUsers(lambda user, shown: checks(found, user, shown))
    profile = {**NAMES, "title": title, **more}
    users.add(
        {"id": ident, "status": "PROVISIONED", "profile": profile,
         "credentials": {"userName": f"{ident}@b.c"}, "_embedded": {"user": {"profile": profile}}}
        for ident in ("00u1", "00u2")
    )  # fmt: skip
    found.users = users
    checks.report(found, result)
    return result


def unjudged(result: Report) -> dict[str, list[str]]:
    """What is unknown because of characters: the rules by reason."""
    return {why: rules for why, rules in result.unknown.items() if "UNASSIGNED" in why}


def test_an_unknown_character_is_unknown_once_with_the_number_of_users() -> None:
    unknown = unjudged(report(f"Engineer {newest()}"))
    assert list(unknown.values()) == [["OIC-305"], ["OIC-405"]]
    assert all(f"U+{ord(newest()):04X} UNASSIGNED" in why for why in unknown)
    assert all("2 users" in why for why in unknown)


def test_an_attribute_that_okta_does_not_send_is_not_judged() -> None:
    assert unjudged(report("Engineer", secondEmail=f"{newest()}@b.c")) == {}


def test_the_name_of_a_push_group_with_an_unknown_character_is_unknown() -> None:
    name = f"aws-{newest()}"
    found = Inventory(Source("us-east-1"))
    found.pushes = [{"sourceGroupId": "00g1"}]
    found.groups = OktaGroups({"00g1": name})
    [binding] = [each for each in BINDINGS if each.rule is groups.group_name]
    result = Report()
    result.run(binding, found)
    assert result.found == []
    [(why, rules)] = result.unknown.items()
    assert why.startswith(f"{name} contains U+")
    assert rules == ["OIC-205"]


def test_an_unknown_character_is_no_finding() -> None:
    assert report(f"Engineer {newest()}").found == []


def test_known_characters_are_neither() -> None:
    result = report("Engineer 李")
    assert (result.found, unjudged(result)) == ([], {})
