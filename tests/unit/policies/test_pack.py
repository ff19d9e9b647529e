"""The policy pack as the engine runs it: a separate process in the policies folder."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import analyzer_pb2 as proto
from pulumi.runtime.proto import analyzer_pb2_grpc
from pulumi_policy.deserialize import SPECIAL_SECRET_SIG, SPECIAL_SIG_KEY

from policies.pack import policies
from tests.paths import ROOT
from tests.unit.policies.engine import UNKNOWN
from tests.unit.policies.rendered import PREFIX, URI

CONNECTION, PUSH = "okta:app/connection:Connection", "okta:index/pushGroup:PushGroup"
SAML = "okta:app/saml:Saml"
URL = "https://scim.us-east-2.amazonaws.com/11111111111-2222-3333-4444-555555555555/scim/v2"
SECRET = {SPECIAL_SIG_KEY: SPECIAL_SECRET_SIG, "value": "TOPSECRET"}


@pytest.fixture(scope="module")
def pack() -> Iterator[Any]:
    """`python -m pulumi.policy` in policies/, as the language host runs it."""
    command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", "."]
    running = subprocess.Popen(command, cwd=ROOT / "policies", stdout=subprocess.PIPE)
    try:
        assert running.stdout is not None
        port = running.stdout.readline().decode().strip()
        assert port.isdecimal(), "the pack did not start"
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield analyzer_pb2_grpc.AnalyzerStub(channel)
    finally:
        running.terminate()
        running.wait(60)


def request(kind: str, props: dict[str, Any]) -> Any:
    struct = struct_pb2.Struct()
    json_format.ParseDict(props, struct)
    urn = f"urn:pulumi:dev::any::{kind}::example"
    return proto.AnalyzeRequest(type=kind, urn=urn, name="example", properties=struct)


def configure(pack: Any, level: Any, *names: str, **settings: list[str]) -> None:
    properties = json_format.ParseDict(settings, struct_pb2.Struct())
    config = {
        name: proto.PolicyConfig(enforcementLevel=level, properties=properties) for name in names
    }
    pack.Configure(proto.ConfigureAnalyzerRequest(policyConfig=config))


def remediated(pack: Any, kind: str, props: dict[str, Any]) -> dict[str, Any]:
    """Properties after the enabled remediations; empty if none applies."""
    answer = pack.Remediate(request(kind, props))
    assert [r.diagnostic for r in answer.remediations if r.diagnostic] == []
    last = [json_format.MessageToDict(r.properties) for r in answer.remediations]
    return last[-1] if last else {}


def test_the_pack_starts_in_its_folder_and_lists_every_policy(pack: Any) -> None:
    info = pack.GetAnalyzerInfo(empty_pb2.Empty())
    assert info.name == "okta-identity-center"
    assert [each.name for each in info.policies] == [policy.name for policy in policies()]
    [deprovisioning] = [each for each in info.policies if each.name == "oic-210"]
    assert {"limit", "assigned", "otherApps"} <= set(deprovisioning.configSchema.properties)


def analyzed_stack(pack: Any, kind: str, props: dict[str, Any]) -> list[Any]:
    """The diagnostics on a stack of one resource."""
    each = request(kind, props)
    resource = proto.AnalyzerResource(
        type=each.type, urn=each.urn, name=each.name, properties=each.properties
    )
    return list(pack.AnalyzeStack(proto.AnalyzeStackRequest(resources=[resource])).diagnostics)


def test_a_finding_is_mandatory_and_omits_the_token(pack: Any) -> None:
    props = {"baseUrl": f"{URL}/", "idProperty": "0oa1", "profile": {"token": SECRET}}
    [finding] = analyzed_stack(pack, CONNECTION, props)
    assert (finding.policyName, finding.enforcementLevel) == ("oic-101", proto.MANDATORY)
    assert "ends with a slash" in finding.message
    assert "TOPSECRET" not in finding.message


def test_an_unknown_property_is_an_advisory_note(pack: Any) -> None:
    notes = analyzed_stack(pack, CONNECTION, {"idProperty": "0oa1", "baseUrl": UNKNOWN})
    assert [note.policyName for note in notes] == ["oic-101", "oic-133"]
    for note in notes:
        assert note.enforcementLevel == proto.ADVISORY
        assert "not known yet: example.baseUrl" in note.message


def test_remediations_are_disabled_by_default(pack: Any) -> None:
    assert remediated(pack, CONNECTION, {"baseUrl": f"{URL}/"}) == {}


@pytest.fixture
def remediating(pack: Any) -> Iterator[Any]:
    configure(pack, proto.REMEDIATE, "fix-oic-101", "fix-oic-220", "fix-oic-406")
    yield pack
    configure(pack, proto.DISABLED)


def test_the_trailing_slash_is_removed_and_the_token_stays_secret(remediating: Any) -> None:
    props = {"baseUrl": f"{URL}/", "profile": {"token": SECRET, "authScheme": "TOKEN"}}
    assert remediated(remediating, CONNECTION, props) == {**props, "baseUrl": URL}


def test_a_base_url_with_another_fault_is_not_changed(remediating: Any) -> None:
    for url in (URL, f"{URL}/Users/", "https://slack.example/scim/", UNKNOWN):
        assert remediated(remediating, CONNECTION, {"baseUrl": url}) == {}


@pytest.mark.parametrize("given", [{}, {"deleteTargetGroupOnDestroy": True}])
def test_delete_target_group_on_destroy_is_set_to_false(
    remediating: Any, given: dict[str, Any]
) -> None:
    props = {"appId": UNKNOWN, "sourceGroupId": "00g1"}
    wanted = {**props, "deleteTargetGroupOnDestroy": False}
    assert remediated(remediating, PUSH, {**props, **given}) == wanted
    assert remediated(remediating, PUSH, wanted) == {}
    assert remediated(remediating, PUSH, {"deleteTargetGroupOnDestroy": UNKNOWN}) == {}


@pytest.mark.parametrize("settings", [{"otherApps": ["0oaSlack"]}, {"retiring": ["example"]}])
def test_push_groups_of_other_apps_and_retiring_ones_are_not_changed(
    pack: Any, settings: dict[str, list[str]]
) -> None:
    configure(pack, proto.REMEDIATE, "fix-oic-220", **settings)
    props = {"appId": "0oaSlack", "sourceGroupId": "00g1", "deleteTargetGroupOnDestroy": True}
    assert remediated(pack, PUSH, props) == {}
    configure(pack, proto.REMEDIATE, "fix-oic-220")
    assert remediated(pack, PUSH, props) == {**props, "deleteTargetGroupOnDestroy": False}
    configure(pack, proto.DISABLED)


def test_the_name_format_is_set_only_on_attributes_for_access_control(remediating: Any) -> None:
    def app(**namespace: str) -> dict[str, Any]:
        managed = {"name": f"{PREFIX}Department", "values": [UNKNOWN], **namespace}
        other = {"name": "email", "values": ["user.email"]}
        return {"label": "AWS", "attributeStatements": [other, {"name": UNKNOWN}, managed]}

    assert remediated(remediating, SAML, app()) == app(namespace=URI)
    assert remediated(remediating, SAML, app(namespace="urn:x")) == app(namespace=URI)
    assert remediated(remediating, SAML, app(namespace=URI)) == {}
    assert remediated(remediating, SAML, app(namespace=UNKNOWN)) == {}
