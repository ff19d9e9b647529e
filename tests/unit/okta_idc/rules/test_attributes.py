"""Attributes for access control: keys, values, statements and instance attributes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.rules import attribute_statements, attributes, instance_attributes
from okta_idc.rules.attribute_statements import Statement
from okta_idc.rules.attributes import NAME_PREFIX, URI_NAME_FORMAT, Attribute, ValueAndSchema
from okta_idc.rules.instance_attributes import AccessControlStatus, InstanceAttribute, KeySources


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
        attributes.known_reference(ValueAndSchema(text, frozenset({"department"})))
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

    def test_an_attribute_in_the_wrong_case_gets_a_suggestion(self) -> None:
        known = frozenset({"costCenter", "login"})
        [finding] = attributes.known_reference(
            ValueAndSchema("user.costcenter + user.login", known)
        )
        hint = "Did you mean 'user.costCenter'? It differs in upper and lower case."
        assert f"user.costcenter, which no profile has. {hint}" in str(finding)

    def test_app_user_attributes_are_not_checked_against_the_okta_profile(self) -> None:
        assert attributes.known_reference(ValueAndSchema("appuser.role", frozenset())) == []


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
