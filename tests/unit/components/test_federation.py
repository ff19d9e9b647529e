"""`IdentityCenterFederation` and its components, declared against Pulumi's mocks."""

import asyncio
import copy
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pulumi
import pytest
from pulumi import Output, RunError

from components import IdentityCenterFederation, _polling
from components._state import CONNECTION
from components.aws.scim_token import ScimProbe
from okta_idc.rules.attributes import URI_NAME_FORMAT
from tests.unit.components.conftest import TAGS, WANTED, MockCloud

Declare = Callable[..., None]

ARGS: dict[str, Any] = {
    "app": {
        "acs_url": "https://us-east-1.sso.signin.aws/platform/saml/acs/0123-a",
        "issuer_url": "https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067642ac7",
    },
    "scim_token": {"secret": "okta-identity-center/scim", "verify": False},
    "provisioning": {"wait": "never", "propagation_timeout_minutes": 0},
    "assignments": {"groups": ["aws-access"]},
    "push_groups": [{"name": "aws-admins"}, "aws-data"],
    "attribute_statements": [{"key": "Department", "value": "user.department"}],
    "protect": False,
}


def assert_nothing_assigned_or_pushed(cloud: MockCloud) -> None:
    assert cloud.inputs("GroupAssignment") == []
    assert cloud.inputs("PushGroup") == []


def arguments(**changes: Any) -> Any:
    """`ARGS` with changes by path: `provisioning__mode` sets `provisioning.mode`."""
    changed = copy.deepcopy(ARGS)
    for path, value in changes.items():
        *nodes, key = path.split("__")
        node = changed
        for each in nodes:
            node = node.setdefault(each, {})
        node[key] = value
    return changed


def federation(**changes: Any) -> Callable[[], object]:
    def program() -> object:
        return IdentityCenterFederation("idc", arguments(**changes)).push_groups

    return program


def probe_returning(status: int, detail: str) -> Callable[..., Awaitable[tuple[int, str]]]:
    async def probe(_self: object, endpoint: str, token: str) -> tuple[int, str]:
        assert not endpoint.endswith("/")
        assert token == "TOPSECRET"
        return status, detail

    return probe


class TestApp:
    """The SAML app."""

    def test_the_app_is_the_catalog_app_with_acs_and_issuer_url(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        declare(federation())
        [saml] = cloud.inputs("app/saml:Saml")
        assert saml["preconfiguredApp"] == "amazon_aws_sso"
        assert json.loads(saml["appSettingsJson"]) == {
            "acsURL": ARGS["app"]["acs_url"],
            "entityID": ARGS["app"]["issuer_url"],
        }

    def test_the_metadata_url_is_the_one_that_requires_no_token(self, declare: Declare) -> None:
        found: list[str] = []

        def program() -> object:
            return IdentityCenterFederation("idc", arguments()).metadata_url.apply(found.append)

        declare(program)
        assert found == ["https://acme.okta.com/app/exk1/sso/saml/metadata"]

    def test_attribute_statements_are_expressions_in_uri_name_format(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        declare(federation())
        assert cloud.inputs("app/saml:Saml")[0]["attributeStatements"] == [
            {
                "name": "https://aws.amazon.com/SAML/Attributes/AccessControl:Department",
                "namespace": URI_NAME_FORMAT,
                "type": "EXPRESSION",
                "values": ["user.department"],
            }
        ]

    def test_updates_preserve_the_sign_on_policy(self, cloud: MockCloud, declare: Declare) -> None:
        declare(federation())
        assert cloud.inputs("app/saml:Saml")[0]["skipAuthenticationPolicy"] is True


class TestProvisioning:
    """The provisioning connection and its features."""

    def test_the_base_url_has_no_trailing_slash(self, cloud: MockCloud, declare: Declare) -> None:
        declare(federation())
        [connection] = cloud.inputs("app/connection:Connection")
        assert connection["baseUrl"].endswith("/scim/v2")

    def test_password_sync_is_never_enabled(self, cloud: MockCloud, declare: Declare) -> None:
        declare(federation())
        [features] = cloud.inputs("app/features:Features")
        assert features["capabilities"]["update"]["password"]["status"] == "DISABLED"

    def test_every_capability_is_set_explicitly(self, cloud: MockCloud, declare: Declare) -> None:
        declare(federation(provisioning__deactivate_users=False))
        capabilities = cloud.inputs("app/features:Features")[0]["capabilities"]
        assert capabilities["create"]["lifecycleCreate"]["status"] == "ENABLED"
        assert capabilities["update"]["lifecycleDeactivate"]["status"] == "DISABLED"
        assert capabilities["update"]["profile"]["status"] == "ENABLED"


class TestGate:
    """Blocks assignments and push mappings until provisioning is enabled."""

    @pytest.mark.parametrize(
        ("status", "expected"),
        [
            ("UNKNOWN", "UNKNOWN means.*Set `provisioning.mode` to console.*OIC-610"),
            ("DISABLED", "DISABLED is not ENABLED.*OIC-611"),
            ("", "status unknown"),
        ],
    )
    def test_an_inactive_connection_fails_before_features_are_declared(
        self, cloud: MockCloud, declare: Declare, status: str, expected: str
    ) -> None:
        cloud.status = status
        with pytest.raises(RunError, match=expected):
            declare(federation())
        assert cloud.inputs("app/features:Features") == []
        assert_nothing_assigned_or_pushed(cloud)

    @pytest.mark.parametrize("mode", ["api", "console"])
    def test_a_disabled_feature_blocks_the_run_with_the_reason(
        self, cloud: MockCloud, declare: Declare, mode: str
    ) -> None:
        cloud.features = WANTED[1:]
        with pytest.raises(RunError, match=r"PUSH_NEW_USERS is off\. .*\[OIC-612\]"):
            declare(federation(provisioning__mode=mode))
        assert_nothing_assigned_or_pushed(cloud)

    def test_gate_warn_assigns_groups_and_reports_the_reason_in_outputs(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        cloud.features = WANTED[1:]
        outputs: list[dict[str, Any]] = []

        def program() -> object:
            made = IdentityCenterFederation("idc", arguments(provisioning__gate="warn"))
            return Output.all(**made.outputs()).apply(outputs.append)

        declare(program)
        assert outputs[0]["gate"].startswith("PUSH_NEW_USERS is off")
        assert len(cloud.inputs("GroupAssignment")) == 1

    def test_the_gate_does_not_fail_a_preview(self, cloud: MockCloud, declare: Declare) -> None:
        cloud.status = "UNKNOWN"
        declare(federation(), preview=True)

    def test_only_declared_features_are_required(self, cloud: MockCloud, declare: Declare) -> None:
        cloud.features = ["PUSH_NEW_USERS", "PUSH_PROFILE_UPDATES"]
        declare(federation(provisioning__deactivate_users=False, push_groups=[]))


class TestUnknownConnection:
    def test_a_connection_that_okta_does_not_manage_is_not_sent_again(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        cloud.status = "UNKNOWN"
        cloud.record(CONNECTION, "idc-provisioning-connection", baseUrl="")
        with pytest.raises(RunError, match="OIC-610"):
            declare(federation())
        assert cloud.inputs("Connection") == []


class TestConsoleMode:
    """`mode: console`: an admin enables provisioning in the Admin Console."""

    def test_console_mode_declares_no_connection_or_features(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        declare(federation(provisioning__mode="console"))
        assert cloud.inputs("app/connection:Connection") == []
        assert cloud.inputs("app/features:Features") == []
        assert len(cloud.inputs("PushGroup")) == 2

    def test_console_mode_never_reads_the_token(self, cloud: MockCloud, declare: Declare) -> None:
        declare(federation(provisioning__mode="console"))
        assert "aws:secretsmanager/getSecret:getSecret" in {c.token for c in cloud.calls}
        assert not [c for c in cloud.calls if "getSecretVersion" in c.token]

    def test_console_steps_are_exact_and_omit_the_token(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        cloud.features = []
        with pytest.raises(RunError) as caught:
            declare(federation(provisioning__mode="console", provisioning__deactivate_users=False))
        text = str(caught.value)
        assert "https://acme-admin.okta.com/admin/app/amazon_aws_sso/instance/" in text
        assert f"Base URL: {TAGS['endpoint'].rstrip('/')}\n" in text
        assert "`token` in the secret okta-identity-center/scim" in text
        assert "select Enable for Create Users, Update User Attributes.\n" in text
        assert "Leave Sync Password off" in text
        assert "TOPSECRET" not in text

    def test_the_run_continues_once_provisioning_is_enabled(
        self, cloud: MockCloud, declare: Declare, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def sleep(_: float) -> None: ...

        monkeypatch.setattr(_polling.asyncio, "sleep", sleep)
        monkeypatch.setattr(_polling, "FIRST_PAUSE", 0.001)
        monkeypatch.setattr(_polling, "_show", lambda _: None)
        cloud.features, cloud.later_features = [], [[], WANTED[:1], WANTED]
        declare(
            federation(
                provisioning__mode="console",
                provisioning__wait="always",
                provisioning__wait_timeout_minutes=1,
            )
        )
        assert len(cloud.inputs("PushGroup")) == 2

    def test_missing_secret_tags_are_named(self, cloud: MockCloud, declare: Declare) -> None:
        del cloud.tags["expires"]
        with pytest.raises(RunError, match=r"tags of secret .*expires: is missing"):
            declare(federation(provisioning__mode="console"))


class TestGroups:
    """Assignment groups and push groups."""

    def test_each_group_is_assigned_or_pushed(self, cloud: MockCloud, declare: Declare) -> None:
        declare(federation())
        assert [a["groupId"] for a in cloud.inputs("GroupAssignment")] == ["00gA"]
        assert sorted(p["sourceGroupId"] for p in cloud.inputs("PushGroup")) == ["00gB", "00gC"]

    def test_push_mappings_keep_their_target_group_on_destroy(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        declare(federation())
        assert {p["deleteTargetGroupOnDestroy"] for p in cloud.inputs("PushGroup")} == {False}

    def test_all_group_names_are_looked_up_in_one_call(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        declare(federation())
        assert len([c for c in cloud.calls if c.token == "okta:index/getGroups:getGroups"]) == 1

    def test_an_unknown_group_fails_before_anything_is_declared(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        with pytest.raises(RunError, match=r"groups\[0\]: 'aws-admin' is not a group.*aws-admins"):
            declare(federation(push_groups=[{"name": "aws-admin"}]))
        assert not [a for a in cloud.declared if a.typ.startswith("okta:")]

    def test_an_issuer_of_another_instance_fails_before_anything_is_declared(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        cloud.instances = ["d-1111111111"]
        with pytest.raises(RunError, match=r"issuer_url: 'd-9067642ac7' .* \[OIC-113\]"):
            declare(federation())
        assert not [a for a in cloud.declared if a.typ.startswith("okta:")]

    def test_an_endpoint_in_another_region_fails_before_anything_is_declared(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        assert cloud.secret
        cloud.secret = cloud.secret.replace("us-east-1", "eu-west-1")
        with pytest.raises(RunError, match=r"secret.endpoint: 'eu-west-1' .* \[OIC-107\]"):
            declare(federation())
        assert not [a for a in cloud.declared if a.typ.startswith("okta:")]

    def test_a_group_cannot_be_both_assigned_and_pushed(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        with pytest.raises(RunError, match="OIC-201"):
            declare(federation(push_groups=[{"name": "aws-access"}]))

    def test_an_existing_aws_group_is_linked_by_id(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        cloud.in_aws, cloud.app_groups = ["aws-admins"], {"aws-admins": "00gAPP"}
        declare(federation())
        pushes = {p["sourceGroupId"]: p for p in cloud.inputs("PushGroup")}
        assert pushes["00gB"]["targetGroupId"] == "00gAPP"
        assert pushes["00gB"].get("targetGroupName") is None
        assert pushes["00gC"]["targetGroupName"] == "aws-data"

    def test_an_aws_group_unknown_to_okta_fails_with_a_remedy(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        cloud.in_aws = ["aws-admins"]
        with pytest.raises(RunError, match=r"'aws-admins'.*Refresh App Groups"):
            declare(federation())

    def test_an_already_pushed_group_keeps_its_target_name(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        cloud.in_aws, cloud.mapped = ["aws-admins"], ["00gB"]
        declare(federation())
        pushes = {p["sourceGroupId"]: p for p in cloud.inputs("PushGroup")}
        assert pushes["00gB"]["targetGroupName"] == "aws-admins"


class TestSecret:
    """The SCIM token secret: validation, verification and secrecy."""

    @pytest.mark.parametrize(
        ("secret", "expected"),
        [
            ("TOPSECRET", "is not JSON"),
            ('["TOPSECRET"]', "not a JSON object"),
            ('{"token": "TOPSECRET"}', "endpoint: is missing"),
            (
                '{"endpoint": "https://x.example.com", "token": "TOPSECRET", "token_id": "1", '
                '"created": "2026-01-01", "expires": "2099-01-01"}',
                "endpoint: is not a SCIM endpoint",
            ),
            (
                '{"endpoint": "https://scim.us-east-1.amazonaws.com/11111111111-2222-3333-4444/'
                'scim/v2", "token": "TOPSECRET", "token_id": "1", "created": "2020-01-01", '
                '"expires": "2021-01-01"}',
                "expired on",
            ),
            (
                '{"endpoint": "https://scim.us-east-1.amazonaws.com/11111111111-2222-3333-4444/'
                'scim/v2", "token": "TOPSECRET", "token_id": "1", "created": "2026-01-01", '
                '"expires": "2099-01-01"}',
                "days after `created`",
            ),
        ],
    )
    def test_an_invalid_secret_is_rejected_without_revealing_it(
        self, cloud: MockCloud, declare: Declare, secret: str, expected: str
    ) -> None:
        cloud.secret = secret
        with pytest.raises(RunError, match=expected) as caught:
            declare(federation())
        assert "TOPSECRET" not in str(caught.value)
        assert "okta-identity-center/scim" in str(caught.value)
        assert not [a for a in cloud.declared if a.typ.startswith("okta:")]

    def test_nothing_is_created_before_the_token_is_verified(
        self, cloud: MockCloud, declare: Declare, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def slow(*_: object) -> tuple[int, str]:
            await asyncio.sleep(0.3)
            return 401, "GET /ServiceProviderConfig"

        monkeypatch.setattr(ScimProbe, "__call__", slow)
        with pytest.raises(RunError, match="OIC-117"):
            declare(federation(scim_token__verify=True, push_groups=[{"create": "aws-made"}]))
        assert cloud.inputs("app/saml:Saml") == []
        assert cloud.inputs("group/group:Group") == []

    def test_a_token_rejected_by_aws_is_not_sent_to_okta(
        self, cloud: MockCloud, declare: Declare, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            ScimProbe, "__call__", probe_returning(401, "GET /ServiceProviderConfig")
        )
        with pytest.raises(
            RunError, match=r"secret .*token: is rejected \(401\).*OIC-117"
        ) as caught:
            declare(federation(scim_token__verify=True))
        assert "TOPSECRET" not in str(caught.value)
        assert not cloud.inputs("app/connection:Connection")

    @pytest.mark.parametrize(
        ("answer", "status"),
        [
            ((200, ""), "valid"),
            ((0, "no answer from scim"), "unknown: no answer from scim"),
            (None, "not verified"),
        ],
    )
    def test_the_token_status_is_an_output(
        self,
        declare: Declare,
        monkeypatch: pytest.MonkeyPatch,
        answer: tuple[int, str] | None,
        status: str,
    ) -> None:
        found: list[str] = []
        if answer:
            monkeypatch.setattr(ScimProbe, "__call__", probe_returning(*answer))

        def program() -> object:
            args = arguments(scim_token__verify=answer is not None)
            return IdentityCenterFederation("idc", args).token_status.apply(found.append)

        declare(program)
        assert found == [status]

    @pytest.mark.parametrize(
        ("mode", "tags", "text", "warns"),
        [
            ("api", {}, "every `pulumi up` gives Okta the token in the secret", False),
            ("console", {}, "which token Okta uses is unknown: no API shows it", False),
            ("console", {"okta_token": "1"}, "Okta used the token in the secret when", False),
            ("console", {"okta_token": "0"}, "Okta used another token (ID 0)", True),
        ],
    )
    def test_the_token_in_okta_is_an_output(
        self, cloud: MockCloud, declare: Declare, monkeypatch: pytest.MonkeyPatch, mode: str,
        tags: dict[str, str], text: str, warns: bool,
    ) -> None:  # fmt: skip
        found: list[str] = []
        warnings: list[str] = []
        monkeypatch.setattr(pulumi.log, "warn", lambda text, *_: warnings.append(text))
        cloud.tags |= {"token_id": "1", **tags}

        def program() -> object:
            args = arguments(provisioning__mode=mode)
            return IdentityCenterFederation("idc", args).token_in_okta.apply(found.append)

        declare(program)
        assert text in found[0]
        assert any(text in each for each in warnings) == warns

    @pytest.mark.parametrize("mode", ["api", "console"])
    @pytest.mark.parametrize(("days", "level"), [(100, "info"), (80, "warn"), (5, "warn")])
    def test_every_run_logs_the_days_left(
        self, cloud: MockCloud, declare: Declare, monkeypatch: pytest.MonkeyPatch, mode: str,
        days: int, level: str,
    ) -> None:  # fmt: skip
        logged: dict[str, list[str]] = {"info": [], "warn": []}
        for name, lines in logged.items():
            monkeypatch.setattr(
                pulumi.log, name, lambda text, *_, lines=lines: lines.append(text)
            )  # fmt: skip
        expires = datetime.now(UTC) + timedelta(days=days, hours=1)
        dates = {
            "created": (expires - timedelta(days=365)).isoformat(), "expires": expires.isoformat()
        }  # fmt: skip
        cloud.tags |= dates
        assert cloud.secret
        cloud.secret = json.dumps({**json.loads(cloud.secret), **dates})
        declare(federation(provisioning__mode=mode))
        [line] = [each for each in logged[level] if "the SCIM token expires in" in each]
        assert f"expires in {days} days" in line

    def test_component_state_does_not_contain_the_token(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        declare(federation())
        components = [a.inputs for a in cloud.declared if not a.typ.startswith("okta:")]
        assert "TOPSECRET" not in json.dumps(components)


class TestInstance:
    """The IAM Identity Center instance."""

    ORGANIZATION, ACCOUNT = "d-9067642ac7", "d-90676aaaaa"

    def test_a_region_without_an_instance_fails_with_a_remedy(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        cloud.instances = []
        with pytest.raises(RunError, match=r"no IAM Identity Center instance\. Set aws:region"):
            declare(federation())

    def test_of_several_instances_none_is_chosen_and_all_are_listed(
        self, cloud: MockCloud, declare: Declare
    ) -> None:
        cloud.instances = [self.ORGANIZATION, self.ACCOUNT]
        with pytest.raises(RunError, match=r"^instance_arn: is missing: AWS lists several") as told:
            declare(federation())
        listed = str(told.value)
        for store in cloud.instances:
            assert f"arn:aws:sso:::instance/ssoins-{store} (identity store {store})" in listed
        assert not [a for a in cloud.declared if a.typ.startswith("okta:")]

    def test_the_declared_instance_is_used(self, cloud: MockCloud, declare: Declare) -> None:
        cloud.instances = [self.ACCOUNT, self.ORGANIZATION]
        arn = f"arn:aws:sso:::instance/ssoins-{self.ORGANIZATION}"
        declare(federation(instance_arn=arn, access_control_attributes={}))
        [attributes] = cloud.inputs("InstanceAccessControlAttributes")
        assert attributes["instanceArn"] == arn

    def test_a_declared_instance_that_aws_does_not_list_is_refused_with_the_candidates(
        self, declare: Declare
    ) -> None:
        wrong = "arn:aws:sso:::instance/ssoins-none"
        with pytest.raises(RunError, match=f"instance_arn: '{wrong}' is not an instance") as told:
            declare(federation(instance_arn=wrong))
        assert "ssoins-d-9067642ac7 (identity store d-9067642ac7)" in str(told)


class TestAccessControl:
    """Attributes for access control."""

    @pytest.mark.parametrize("control", [None, {}])
    def test_statements_without_attributes_for_access_control_are_warned_about(
        self,
        declare: Declare,
        monkeypatch: pytest.MonkeyPatch,
        control: dict[str, Any] | None,
    ) -> None:
        warnings: list[str] = []
        monkeypatch.setattr(pulumi.log, "warn", lambda text, *_: warnings.append(text))
        declare(federation(access_control_attributes=control), preview=True)
        told = [text for text in warnings if "OIC-430" in text]
        assert [text.partition(" ")[0] for text in told] == (
            [] if control is not None else ["attribute_statements:"]
        )
