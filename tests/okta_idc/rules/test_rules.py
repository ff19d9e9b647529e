"""Each rule's edges, and properties of those that parse."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.rules import attributes, endpoints, groups, profiles, secret
from okta_idc.rules.attributes import Attribute
from okta_idc.rules.groups import GroupRoles, WantedGroups

TENANT = "11111111111-2222-3333-4444-555555555555"


class TestEndpoints:
    """What may be given to Okta as an address."""

    @pytest.mark.parametrize(
        "endpoint",
        [
            f"https://scim.us-east-2.amazonaws.com/{TENANT}/scim/v2",
            f"https://scim.us-gov-west-1.amazonaws.com/{TENANT}/scim/v2",
            f"https://scim.cn-north-1.amazonaws.com.cn/{TENANT}/scim/v2",
            f"https://scim.eu-central-1.api.aws/{TENANT}/scim/v2",
        ],
    )
    def test_every_partition_is_accepted(self, endpoint: str) -> None:
        assert endpoints.scim_endpoint(endpoint) == []

    @pytest.mark.parametrize(
        "endpoint",
        [
            f"http://scim.us-east-2.amazonaws.com/{TENANT}/scim/v2",
            f"https://scim.us-east-2.amazonaws.com.evil.example/{TENANT}/scim/v2",
            f"https://scim.us-east-2.amazonaws.com/{TENANT}/scim/v2/Users",
            f"https://scim.us-east-2.amazonaws.com/{TENANT}/scim/v2\n",
            "",
        ],
    )
    def test_anything_else_is_refused(self, endpoint: str) -> None:
        assert endpoints.scim_endpoint(endpoint)

    @given(st.text())
    def test_normalising_leaves_no_slash_and_is_stable(self, text: str) -> None:
        once = endpoints.normalise_endpoint(text)
        assert not once.endswith("/")
        assert endpoints.normalise_endpoint(once.strip()) == once.strip().rstrip("/")

    def test_the_consoles_endpoint_is_accepted_once_normalised(self) -> None:
        shown = f"https://scim.us-east-2.amazonaws.com/{TENANT}/scim/v2/"
        assert "slash" in endpoints.scim_endpoint(shown)[0].problem
        assert endpoints.scim_endpoint(endpoints.normalise_endpoint(shown)) == []

    @pytest.mark.parametrize(
        "host",
        ["us-east-1.sso.signin.aws", "us-east-1.signin.aws", "us-east-1.signin.aws.amazon.com"],
    )
    def test_all_three_forms_of_the_acs_url_are_accepted(self, host: str) -> None:
        assert endpoints.acs_url(f"https://{host}/platform/saml/acs/0a-b") == []

    def test_acs_and_issuer_url_swapped_are_both_refused(self) -> None:
        acs = "https://us-east-1.sso.signin.aws/platform/saml/acs/0a-b"
        issuer = "https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067642ac7"
        assert endpoints.acs_url(issuer)
        assert endpoints.issuer_url(acs)


class TestSecret:
    """The JSON in Secrets Manager, and that no value of it leaks."""

    @given(st.text())
    def test_any_text_is_judged_without_crashing_and_without_being_shown(self, text: str) -> None:
        for finding in secret.secret_document(text):
            assert finding.value is None or finding.place == "endpoint"

    @given(
        st.dictionaries(
            st.sampled_from(["endpoint", "token", "token_id", "created", "expires", "x"]),
            st.none() | st.text() | st.integers() | st.lists(st.text()),
        )
    )
    def test_what_passes_can_be_read(self, document: dict[str, object]) -> None:
        import json

        text = json.dumps(document)
        if not secret.secret_document(text):
            assert secret.read_secret(text).token == document["token"]

    def test_the_token_is_in_no_finding_and_no_repr(self) -> None:
        text = secret.secret_document.good.replace('"t"', '"TOPSECRET"')
        broken = text.replace("2027-01-01T00:00:00Z", "soon")
        assert "TOPSECRET" not in " ".join(f.text() for f in secret.secret_document(broken))
        assert "TOPSECRET" not in repr(secret.read_secret(text))

    def test_a_date_without_zone_is_utc(self) -> None:
        text = secret.secret_document.good.replace("2027-01-01T00:00:00Z", "2027-01-01")
        assert secret.read_secret(text).expires == datetime(2027, 1, 1, tzinfo=UTC)

    def test_a_token_that_expires_now_has_expired(self) -> None:
        now = datetime.now(UTC)
        assert secret.token_not_expired((now, now))
        assert not secret.token_not_expired((now + timedelta(seconds=1), now))


class TestGroups:
    """Who is assigned, what is pushed."""

    def test_a_group_cannot_be_both_assigned_and_pushed(self) -> None:
        [finding] = groups.one_role_per_group(GroupRoles(("a", "b"), ("c", "b")))
        assert (finding.place, finding.value) == ("push[1]", "b")
        assert "assign[1]" in finding.problem

    @given(st.lists(st.sampled_from("abcd")), st.lists(st.sampled_from("abcd")))
    def test_findings_are_exactly_the_intersection(
        self, assign: list[str], push: list[str]
    ) -> None:
        found = {f.value for f in groups.one_role_per_group(GroupRoles(tuple(assign), tuple(push)))}
        assert found == set(assign) & set(push)

    def test_a_lone_prefix_hit_is_not_a_match(self) -> None:
        [finding] = groups.group_exists(
            WantedGroups({"push[0]": "aws-admin"}, {"aws-admins": ["00g1"]})
        )
        assert "Did you mean 'aws-admins'?" in finding.problem

    def test_two_groups_of_one_name_are_refused(self) -> None:
        assert groups.group_exists(WantedGroups({"push[0]": "a"}, {"a": ["00g1", "00g2"]}))


class TestAttributes:
    """Keys and expressions."""

    @pytest.mark.parametrize(
        "value",
        [
            "user.department",
            '"blue"',
            "'blue'",
            "String.toUpperCase(user.department)",
            'user.department == "R&D" ? "RnD" : user.department',
            'user.isContractor AND true ? "c" : null',
            "appuser.costCenter",
            'isMemberOfGroupName("aws-admins") ? "admin" : "user"',
        ],
    )
    def test_okta_expressions_are_accepted(self, value: str) -> None:
        assert attributes.attribute_value(Attribute("K", value)) == []

    @pytest.mark.parametrize(
        ("value", "says"),
        [
            ("${user.department}", "expression itself: user.department"),
            ("department", "department stands bare"),
            ("String.toUpperCase(department)", "department stands bare"),
            ("user", "user stands bare"),
            ('"blue', "without a closing one"),
            ("  ", "is empty"),
            ("user.department + city", "city stands bare"),
        ],
    )
    def test_what_okta_would_send_as_text_is_refused(self, value: str, says: str) -> None:
        [finding] = attributes.attribute_value(Attribute("K", value))
        assert says in finding.problem

    @given(st.text(max_size=200))
    def test_any_key_and_value_is_judged_without_crashing(self, text: str) -> None:
        attributes.attribute_key(Attribute(text, text))
        attributes.attribute_value(Attribute(text, text))
        attributes.session_tags({text: text})

    @given(st.text(alphabet="abcXYZ0189_.:/=+-@ é漢", min_size=1, max_size=128))
    def test_keys_of_awss_charset_are_accepted(self, key: str) -> None:
        if not key.lower().startswith("aws:"):
            assert attributes.attribute_key(Attribute(key, "user.x")) == []

    def test_the_full_attribute_name_is_not_a_key(self) -> None:
        [finding] = attributes.attribute_key(
            Attribute(attributes.NAME_PREFIX + "Department", "user.department")
        )
        assert "full attribute name" in finding.problem


class TestProfiles:
    """What Okta may send for a person."""

    @given(
        st.dictionaries(
            st.sampled_from(["firstName", "lastName", "title", "city", "zipCode", "x", "userName"]),
            st.none() | st.text() | st.integers() | st.lists(st.text()) | st.booleans(),
        )
    )
    def test_no_profile_crashes_a_rule(self, profile: dict[str, object]) -> None:
        profiles.judge(profile)

    def test_a_hidden_character_is_named(self) -> None:
        [finding] = profiles.hidden_characters({"title": "Engi\u200bneer"})
        assert "U+200B ZERO WIDTH SPACE" in finding.problem

    def test_a_profile_url_may_have_a_colon(self) -> None:
        assert profiles.forbidden_characters({"profileUrl": "https://example.com"}) == []

    def test_usernames_are_compared_without_case(self) -> None:
        assert len(profiles.unique_user_names(("a@x", "A@X", "b@x"))) == 1
