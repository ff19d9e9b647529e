"""Group rules: conditions that Okta rejects, and names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.okta_expression import Invalid, parse_tree
from okta_idc.okta_expression.functions import CLASSES
from okta_idc.rules import group_rules
from okta_idc.settings.rules import condition_findings


@pytest.mark.parametrize(
    ("condition", "rule", "message"),
    [
        ('user.department == "Eng" AND', "OIC-231", "ends too early: a value is missing."),
        ('user.department = "Eng"', "OIC-231", 'to compare, write "==".'),
        ('user.department == Eng', "OIC-231", "contains Eng, which is literal text"),
        ('isMemberOfGroupNam("a")', "OIC-231", "Did you mean isMemberOfGroupName?"),
        ('isMemberOfGroup("00g1") OR OR true', "OIC-231", 'lacks a value before "OR".'),
        ("user.department", "OIC-232", "has user.department, a text, where"),
        ('user.department == "Eng" OR "Sales"', "OIC-232", "has 'Sales' where"),
        ('user.city == "a" AND user.title', "OIC-232", "has user.title, a text, where"),
        ("String.toUpperCase(user.city)", "OIC-232", "the result of String.toUpperCase"),
        ('user.city + "x"', "OIC-232", "the result of +"),
        ("!user.title", "OIC-232", "has user.title, a text, where"),
        ("user.x == 1 OR null", "OIC-232", "has null where"),
        ('user.status == "ACTIVE"', "OIC-233", 'Did you mean user.getInternalProperty("status")?'),
        ('appuser.title == "x"', "OIC-233", "refers to appuser.title, an attribute of an app."),
        ("Time.now() == user.hired", "OIC-233", "uses Time.now."),
        ("user.a == 1 AND Convert.toInt(user.level) > 3", "OIC-233", "uses Convert.toInt."),
        ('org.name == "x"', "OIC-233", "refers to org.name, an attribute of the org."),
        ('session.amr == "x"', "OIC-233", "session.amr, which is no attribute of the user."),
        ('group.name == "x"', "OIC-233", "refers to group.name, which"),
        ('zendesk.role == "x"', "OIC-233", "refers to zendesk.role, which"),
        ('Groups.startsWith("OKTA", "x", 1)', "OIC-233", "uses Groups.startsWith."),
        ('user.isMemberOf({"group.id": "00g"})', "OIC-233", "uses user.isMemberOf."),
        ('user.login.startsWith("a")', "OIC-233", "uses user.login.startsWith."),
        ('findDirectoryUser().managerUpn == "x"', "OIC-233", "uses findDirectoryUser."),
        ('source.department == "x"', "OIC-231", "Did you mean user.department?"),
        ('user.profile.department == "x"', "OIC-231", "Did you mean user.department?"),
    ],
)  # fmt: skip
def test_a_condition_that_okta_rejects_has_one_finding(
    condition: str, rule: str, message: str
) -> None:
    [finding] = condition_findings(condition)
    assert finding.rule.id == rule
    assert message in finding.message


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ('user.department matches "x"', "uses the operator matches."),
        ('user.department == "Eng" ? true : false', 'uses the operator "?".'),
        ("user.contractor ?: true", 'uses the operator "?:".'),
    ],
)
def test_an_operator_that_okta_does_not_list_is_a_warning(condition: str, message: str) -> None:
    assert condition_findings(condition) == []
    [finding] = group_rules.condition_operators(condition)
    assert message in finding.message
    assert finding.rule.severity == "advisory"


@pytest.mark.parametrize(
    "condition",
    [
        'user.department == "Eng" AND user.userType != "Contractor"',
        'String.stringContains(user.title, "Lead") OR String.startsWith(user.city, "B")',
        'isMemberOfGroupName("a") AND !isMemberOfAnyGroup("00g1", "00g2")',
        'isMemberOfGroupNameRegex("/.*admin.*")',
        'user.getInternalProperty("status") != "SUSPENDED"',
        "user.isContractor",
        "!user.isContractor AND user.level >= 3",
        'Arrays.contains(user.skills, "aws")',
        'Arrays.contains({"a", "b"}, user.city)',
        "user.city != null AND String.len(user.city) > 2",
        "hasDirectoryUser() OR !hasWorkdayUser()",
        'user.matches == "matches ? :"',
        "true",
    ],
)  # fmt: skip
def test_a_condition_that_okta_accepts_has_no_finding(condition: str) -> None:
    assert condition_findings(condition) == []


@given(st.text(max_size=100))
def test_no_condition_crashes_a_rule(text: str) -> None:
    for finding in condition_findings(text):
        assert finding.message.endswith((".", "?"))


_TERMS = st.sampled_from(
    ['user.city == "a"', 'isMemberOfGroupName("x")', "user.flag", "true", "(1 < 2)",
     'String.startsWith(user.city, "b")']
)  # fmt: skip


@given(st.lists(_TERMS, min_size=1, max_size=6), st.data())
def test_conditions_joined_with_operators_are_conditions(
    terms: list[str], data: st.DataObject
) -> None:
    joined = terms[0]
    for term in terms[1:]:
        joined += data.draw(st.sampled_from([" AND ", " OR ", " && ", " || ", " AND !"])) + term
    assert condition_findings(joined) == []
    assert condition_findings(f"{joined} AND") != []
    assert condition_findings(f'{joined} OR "a"') != []


@given(st.sampled_from(sorted(CLASSES)), st.data())
def test_only_the_functions_of_string_and_arrays_are_allowed(
    owner: str, data: st.DataObject
) -> None:
    function = f"{owner}.{data.draw(st.sampled_from(sorted(CLASSES[owner])))}"
    used = f"{function}(user.x)"
    found = {f.message for f in group_rules.condition_is_allowed(f'{used} == "a"')}
    if isinstance(parse_tree(used), Invalid):  # with another number of arguments
        assert not found
    else:
        assert found == (set() if owner in ("String", "Arrays") else {f"uses {function}."})


@given(st.text(min_size=1, max_size=80), st.integers(0, 500))
def test_every_rule_name_fits_okta(group: str, pushed: int) -> None:
    names = [group_rules.rule_name(group), *group_rules.members_rule_names(group, pushed)]
    assert max(map(len, names)) <= group_rules.NAME_LENGTH
    assert len(names) == 1 + -(-pushed // group_rules.GROUPS_PER_RULE)
    assert len({*names[1:]}) == len(names) - 1
