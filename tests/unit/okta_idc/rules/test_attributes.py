"""Attributes for access control: keys, values, statements and instance attributes."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.okta_expression import OKTA_ATTRIBUTES, Invalid, Unsupported, evaluate, parse
from okta_idc.rules import attribute_statements, attributes, instance_attributes
from okta_idc.rules.attribute_statements import Statement
from okta_idc.rules.attributes import NAME_PREFIX, URI_NAME_FORMAT, Attribute
from okta_idc.rules.instance_attributes import AccessControlStatus, InstanceAttribute, KeySources
from okta_idc.rules.profile_references import ExpressionAndSchema, known_reference


class TestAttributes:
    """Declared keys and values."""

    @pytest.mark.parametrize(
        "value",
        [
            "user.department",
            '"blue"',
            'user.department == "R&D" ? "RnD" : user.department',
            'isMemberOfGroupName("aws-admins") ? "admin" : "user"',
        ],
    )
    def test_okta_expressions_are_accepted_even_outside_the_subset(self, value: str) -> None:
        assert attributes.attribute_value(Attribute("K", value)) == []

    def test_literal_text_is_rejected(self) -> None:
        [finding] = attributes.attribute_value(Attribute("K", "department"))
        assert finding.path == "value"
        assert "is literal text" in finding.message

    @given(st.text(max_size=200))
    def test_no_key_or_value_crashes_a_rule(self, text: str) -> None:
        attribute = Attribute(text, text)
        attributes.attribute_key(attribute)
        attributes.attribute_value(attribute)
        attributes.evaluable(attribute)
        attributes.session_tags({text: text})
        attributes.literal_is_allowed(attribute)
        for is_format in (True, False):
            known_reference(ExpressionAndSchema(text, frozenset({"department"}), is_format))
        for rule in (
            attribute_statements.name_format,
            attribute_statements.statement_name,
            attribute_statements.one_value,
        ):
            rule(Statement(text, (text,), text, text))

    @given(st.text(alphabet="abcXYZ0189_.:/=+-@ é漢", min_size=1, max_size=128))
    def test_keys_in_the_aws_character_set_are_accepted(self, key: str) -> None:
        if not key.lower().startswith("aws:"):
            assert attributes.attribute_key(Attribute(key, "user.x")) == []

    @pytest.mark.parametrize("key", ["", "a" * 129, "a&b", "a\u200b", "AWS:x", "a,b", "a\tb"])
    def test_invalid_keys_are_rejected(self, key: str) -> None:
        assert attributes.attribute_key(Attribute(key, "user.x"))

    def test_the_full_attribute_name_is_not_a_key(self) -> None:
        [finding] = attributes.attribute_key(Attribute(f"{NAME_PREFIX}Department", "user.x"))
        assert "full attribute name" in finding.message

    @pytest.mark.parametrize("count", [50, 51])
    def test_more_than_50_attributes_are_rejected(self, count: int) -> None:
        many = tuple(Attribute(f"K{n}", "user.x") for n in range(count))
        assert bool(attributes.attribute_count(many)) is (count == 51)

    @pytest.mark.parametrize(
        "value", ["R&D", "O'Brien", "a,b", "a;b", "(a)", "a\u200bb", "😀", "x" * 257]
    )
    def test_values_that_aws_rejects_as_session_tags_are_found(self, value: str) -> None:
        [finding] = attributes.session_tags({"Department": value})
        assert finding.path == "Department"

    @pytest.mark.parametrize("value", ["", "Research", "Forschung und Lehre", "漢字", "x" * 256])
    def test_valid_session_tag_values_are_accepted(self, value: str) -> None:
        assert attributes.session_tags({"Department": value}) == []

    def test_a_plain_value_has_only_characters_that_aws_accepts(self) -> None:
        plain = filter(attributes.is_plain_tag, map(chr, range(sys.maxunicode + 1)))
        assert {c for c in plain if unicodedata.category(c)[0] not in "LNZ"} == set("_.:/=+-@")

    def test_an_empty_or_long_value_is_not_plain(self) -> None:
        values = "", "x", 256 * "x", 257 * "x"
        assert list(map(attributes.is_plain_tag, values)) == [False, True, True, False]

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ('"R&D"', "'R&D' contains"),
            ("user.title ?: 'R&D'", "'R&D' contains"),
            ('user.a == "x" ? "a,b" : user.a + "(c)"', "'a,b' contains"),
            ('String.append(user.a, "#")', "'#' contains"),
            ('String.append(user.a, "x") + String.append("#", user.a)', "'#' contains"),
            ('String.join(", ", user.a, user.b)', "', ' contains"),
            ('String.replace(user.a, " ", "#")', "'#' contains"),
            ('String.stringSwitch(user.a, "#", "b", "c")', "'#' contains"),
            ('String.stringSwitch(user.a, "b", "c", "#")', "'#' contains"),
            ('String.toUpperCase("#" + user.a)', "'#' contains"),
            (f'String.append("{"x" * 200}", "{"y" * 57}")', "has fixed text of 257 characters"),
            (f'String.join("{"x" * 129}", user.a, user.b, user.c)', "fixed text of 258 characters"),
            (f'String.stringSwitch(user.a, "b", "c", "{"x" * 257}")', "text of 257 characters"),
            (f'"{"x" * 300}"', "has fixed text of 300 characters"),
            (f'"{"x" * 200}" + user.a + "{"y" * 57}"', "has fixed text of 257 characters"),
        ],
    )
    def test_fixed_text_that_aws_rejects_is_found(self, value: str, message: str) -> None:
        findings = attributes.literal_is_allowed(Attribute("K", value))
        assert message in findings[0].problem

    @pytest.mark.parametrize(
        "value",
        [
            'user.department == "R&D" ? "RnD" : user.department',
            'String.replace(user.department, "&", "and")',
            'isMemberOfGroupName("R&D") ? "yes" : ""',
            'String.replace(String.append(user.a, "#"), "#", "")',
            'String.substringBefore("a#b", "#")',
            'String.stringSwitch("#", "b", "#", "c")',
            'String.join("#", user.a)',
            '""',
            f'user.a == null ? "{"x" * 256}" : "{"y" * 256}"',
        ],
    )
    def test_text_that_is_compared_or_replaced_is_accepted(self, value: str) -> None:
        assert attributes.literal_is_allowed(Attribute("K", value)) == []

    @pytest.mark.parametrize("value", ['""', "null", "NULL", "(null)", "''"])
    def test_a_value_that_is_empty_for_every_user_is_found(self, value: str) -> None:
        [finding] = attributes.value_is_not_empty(Attribute("K", value))
        assert finding.value == value

    @pytest.mark.parametrize("value", ["user.a", '"x"', "false", 'user.a == null ? "" : user.b'])
    def test_a_value_that_can_have_text_is_accepted(self, value: str) -> None:
        assert attributes.value_is_not_empty(Attribute("K", value)) == []

    _VALUES = st.recursive(
        st.sampled_from(['"#"', '"a,b"', "user.title", '"x"']),
        lambda inner: st.one_of(
            st.tuples(inner, inner).map("{0[0]} + {0[1]}".format),
            st.tuples(inner, inner).map("String.append({0[0]}, {0[1]})".format),
            st.tuples(inner, inner).map('String.join(";", {0[0]}, {0[1]})'.format),
            st.tuples(inner, inner).map('String.stringSwitch("k", {0[0]}, "z", {0[1]})'.format),
            inner.map("String.toUpperCase({})".format),
        ),
        max_leaves=4,
    )

    @given(_VALUES)
    def test_text_that_reaches_the_value_is_judged_in_every_function(self, value: str) -> None:
        expression = parse(value)
        assert not isinstance(expression, Invalid | Unsupported)
        sent = evaluate(expression, {"title": "Lead"})
        assert isinstance(sent, str)
        if attributes.session_tags({"K": sent}):
            assert attributes.literal_is_allowed(Attribute("K", value))


class TestReferences:
    """User attributes in expressions and username formats."""

    @pytest.mark.parametrize(
        ("value", "is_format", "message"),
        [
            ("user.costcenter", False, "refers to user.costcenter, which no profile has. Did you "
             "mean user.costCenter?"),
            ("user.departement", False, "Did you mean user.department?"),
            ("user.bagde + user.login", False, "Did you mean user.badge?"),
            ("user.status", False, 'Did you mean user.getInternalProperty("status")?'),
            ("${source.emial}", True, "refers to source.emial, which no profile has. Did you mean "
             "source.email?"),
            ("String.toLowerCase(user.emial)", True, "refers to user.emial"),
            ("user.zzz", False, "refers to user.zzz, which no profile has."),
            ("getManagerUser('x').departement", False, "refers to getManagerUser(…).departement, "
             "which no profile has. Did you mean getManagerUser(…).department?"),
            ("source.departement", True, "Did you mean source.department?"),
        ],
    )  # fmt: skip
    def test_an_unknown_attribute_is_named_with_a_suggestion(
        self, value: str, is_format: bool, message: str
    ) -> None:
        subject = ExpressionAndSchema(value, frozenset({"badge"}), is_format)
        [finding] = known_reference(subject)
        assert message in finding.message

    @given(st.sampled_from(sorted(OKTA_ATTRIBUTES | {"badge"})))
    def test_attributes_of_the_org_and_of_okta_are_accepted(self, name: str) -> None:
        for value, is_format in ((f"user.{name}", False), (f"${{source.{name}}}", True)):
            assert (
                known_reference(ExpressionAndSchema(value, frozenset({"badge"}), is_format)) == []
            )

    @pytest.mark.parametrize(
        ("value", "suggested"),
        [
            ("appuser.titel", "appuser.title"),
            ("appUser.Title", "appuser.title"),
            ('user.a == null ? appuser.costcenter : "x"', "appuser.costCenter"),
            ("appuser.title", ""),
            ("appuser.badge", ""),
            ("user.titel", ""),
        ],
    )
    def test_an_attribute_of_the_app_that_is_probably_misspelled_is_found(
        self, value: str, suggested: str
    ) -> None:
        found = [each.message for each in attributes.app_attribute(Attribute("K", value))]
        assert [each.endswith(f"Did you mean {suggested}?") for each in found] == (
            [True] if suggested else []
        )

    def test_app_user_attributes_are_not_checked_against_the_okta_profile(self) -> None:
        assert known_reference(ExpressionAndSchema("appuser.role", frozenset())) == []


class TestStatements:
    """Attribute statements of the app."""

    def test_generated_statements_are_valid(self) -> None:
        sent = attribute_statements.statement(Attribute("Department", "user.department"))
        assert sent.namespace == URI_NAME_FORMAT
        assert sent.attribute == Attribute("Department", "user.department")
        for rule in (
            attribute_statements.name_format,
            attribute_statements.statement_name,
            attribute_statements.one_value,
            attribute_statements.statement_lengths,
        ):
            assert rule(sent) == []

    @pytest.mark.parametrize(
        "name",
        [
            "https://aws.amazon.com/SAML/Attributes/accesscontrol:Department",
            "http://aws.amazon.com/SAML/Attributes/AccessControl:Department",
            "AccessControl:Department",
            "https://aws.amazon.com/SAML/Attributes/PrincipalTag:Department",
        ],
    )
    def test_a_name_similar_to_the_aws_attribute_name_is_found(self, name: str) -> None:
        assert attribute_statements.statement_name(Statement(name))

    @pytest.mark.parametrize("name", ["email", "https://example.com/claims/role"])
    def test_other_statements_are_ignored(self, name: str) -> None:
        other = Statement(name, ("user.a", "user.b"))
        assert attribute_statements.statement_name(other) == []
        assert attribute_statements.name_format(other) == []
        assert attribute_statements.one_value(other) == []

    @pytest.mark.parametrize("values", [(), ("user.a", "user.b"), ('user.getGroups({"a"})',)])
    def test_an_access_control_attribute_has_one_value(self, values: tuple[str, ...]) -> None:
        assert attribute_statements.one_value(Statement(f"{NAME_PREFIX}D", values, URI_NAME_FORMAT))

    @pytest.mark.parametrize(
        ("name", "value", "count"), [(512, 1024, 0), (513, 1024, 1), (1, 1025, 1)]
    )
    def test_statement_lengths_are_limited_in_characters(
        self, name: int, value: int, count: int
    ) -> None:
        found = attribute_statements.statement_lengths(Statement("n" * name, ("v" * value,)))
        assert len(found) == count


class TestInstance:
    """Attributes mapped from the Identity Store."""

    def test_a_key_in_both_sources_is_found_case_insensitively(self) -> None:
        [finding] = instance_attributes.one_source_per_key(
            KeySources(("A", "CostCenter"), ("costcenter", "b"))
        )
        assert (finding.path, finding.value) == ("saml[1]", "CostCenter")

    @pytest.mark.parametrize("status", ["", "CREATION_IN_PROGRESS", "CREATION_FAILED"])
    def test_session_tags_require_attributes_for_access_control(self, status: str) -> None:
        assert instance_attributes.access_control_enabled(
            AccessControlStatus(("Department",), status)
        )
        assert instance_attributes.access_control_enabled(AccessControlStatus((), status)) == []

    @pytest.mark.parametrize(
        "source", ["${path:userName}", "${path:enterprise.manager.value}",
                   '${path:addresses[type eq "work"].country}']
    )  # fmt: skip
    def test_aws_sources_are_accepted(self, source: str) -> None:
        assert instance_attributes.instance_source(InstanceAttribute("K", source)) == []

    @pytest.mark.parametrize("source", ["", "department", "${path:email}", "${path:emails}"])
    def test_invalid_sources_are_rejected(self, source: str) -> None:
        assert instance_attributes.instance_source(InstanceAttribute("K", source))
