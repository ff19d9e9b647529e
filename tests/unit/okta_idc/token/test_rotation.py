"""A rotation of the SCIM token on a sandbox: what each step needs, and what goes wrong."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from okta_idc.clients.aws import AwsClient
from okta_idc.clients.okta_writes import OktaWriter
from okta_idc.clients.scim import ScimProbe
from okta_idc.clients.secrets import SecretVersions
from okta_idc.token.evidence import Holder
from okta_idc.token.progress import ChangedError, TokenError
from okta_idc.token.result import State
from okta_idc.token.rotation import Rotation
from okta_idc.token.steps import Act
from sandbox.pytest_plugin import Sandbox
from tests.unit.okta_idc.token.federation import ENDPOINT, Federation, Person

Make = Callable[..., Federation]
GIVE = {"api": Act.UP, "console": Act.PASTE}


def everything(at: Federation) -> list[Act]:
    return [Act.GENERATE, GIVE[at.mode], Act.DELETE]


def acts(person: Person) -> list[Act]:
    return [step.act for step in person.steps]


@pytest.mark.parametrize("mode", ["api", "console"])
def test_a_rotation_ends_with_the_new_token_in_okta_and_the_old_one_deleted(
    make: Make, mode: str
) -> None:
    at = make(mode)
    person = Person(at, everything(at))
    result = at.run(person)
    assert (result.state, result.holder) == (State.DONE, Holder.NEW)
    assert acts(person) == everything(at)
    assert person.warnings == []
    assert at.value()["token"] == person.entered
    assert at.labels().keys() == {"AWSCURRENT", "AWSPREVIOUS"}
    assert at.tags()["okta_token"] == at.value()["token_id"] == at.tags()["token_id"]
    assert at.first_id not in at.consoles.tokens()
    assert at.canaries() == []


def test_the_current_version_changes_only_after_okta_has_the_token_in_console_mode(
    make: Make,
) -> None:
    at = make()
    seen: dict[Act, str] = {}
    person = Person(at, everything(at))

    def look(act: Act) -> None:
        seen[act] = at.value()["token"]

    person.before = look
    at.run(person)
    assert seen == {Act.GENERATE: at.first, Act.PASTE: at.first, Act.DELETE: person.entered}


def test_without_a_terminal_each_run_ends_at_the_next_step(make: Make) -> None:
    at = make()
    nobody = Person(at, [])
    result = at.run(nobody)
    assert (result.state, result.step and result.step.act) == (State.WAITING, Act.GENERATE)
    person = Person(at, [Act.GENERATE])
    result = at.run(person)
    assert (result.state, result.step and result.step.act) == (State.WAITING, Act.PASTE)
    at.paste(person.entered)
    result = at.run(nobody)
    assert (result.state, result.step and result.step.act) == (State.WAITING, Act.DELETE)
    assert result.holder == Holder.NEW
    at.consoles.delete(at.first_id)
    assert at.run(nobody).state == State.DONE
    assert nobody.warnings == []


def test_in_api_mode_the_run_waits_for_pulumi_up(make: Make) -> None:
    at = make("api")
    for person in (Person(at, [Act.GENERATE]), Person(at, [])):
        result = at.run(person)
        assert result.step
        assert (result.step.act, result.step.command) == (Act.UP, "pulumi up")
    at.up()
    result = at.run(Person(at, []))
    assert result.step
    assert result.step.act == Act.DELETE


def test_a_token_of_another_tenant_is_refused_and_nothing_is_stored(make: Make) -> None:
    at = make()
    before = at.labels()
    with pytest.raises(TokenError, match="belongs to another tenant") as caught:
        at.run(Person(at, [Act.GENERATE], entered="Z" * 500))
    assert "Z" * 8 not in str(caught.value)
    assert at.labels() == before


def test_a_token_that_could_not_be_tested_is_to_be_kept(make: Make, sandbox: Sandbox) -> None:
    at = make()

    def throttle(_act: Act) -> None:
        sandbox.inject_fault("scim-throttled", path="/ServiceProviderConfig", times=99)

    with pytest.raises(TokenError, match=r"and not stored: .* Keep the token, because"):
        at.run(Person(at, [Act.GENERATE], before=throttle))
    assert "AWSPENDING" not in at.labels()
    sandbox.clear_faults()


def test_the_token_in_the_secret_is_not_a_new_one(make: Make) -> None:
    at = make()
    with pytest.raises(TokenError, match="already in the secret"):
        at.run(Person(at, [Act.GENERATE], entered=at.first))


def test_a_forgotten_paste_is_noticed_before_the_old_token_is_deleted(make: Make) -> None:
    at = make()
    at.run(Person(at, [Act.GENERATE]))
    person = Person(at, [])
    result = at.run(person)
    assert (result.state, result.holder) == (State.WAITING, Holder.OLD)
    assert person.warnings == ["Okta still uses the old token."]
    assert result.step
    assert result.step.act == Act.PASTE
    assert "https://okta.example/integration" in result.step.text
    assert at.value()["token"] == at.first
    assert at.tags()["okta_token"] == at.value()["token_id"]


def test_a_forgotten_deletion_is_noticed(make: Make) -> None:
    at = make()
    first, visits = at.first_id, list[Act]()

    def before(act: Act) -> None:
        visits.append(act)
        at.first_id = first if visits.count(Act.DELETE) == 2 else "another"

    person = Person(at, [Act.GENERATE, Act.PASTE, Act.DELETE, Act.DELETE], before=before)
    result = at.run(person)
    assert result.state == State.DONE
    assert result.old
    assert person.warnings == [f"AWS still accepts the old token of {result.old.day}."]


@pytest.mark.parametrize("setting", ["same", "off"])
def test_an_unknown_token_is_a_warning_before_the_deletion(
    make: Make, sandbox: Sandbox, setting: str
) -> None:
    at = make()
    sandbox.settings(cloudtrail=setting)
    person = Person(at, everything(at))
    result = at.run(person)
    [warning] = person.warnings
    assert "Which token Okta uses is unknown: CloudTrail does not " in warning
    assert (result.state, result.holder) == (State.DONE, Holder.NEW)


def test_an_unreadable_cloudtrail_makes_the_token_unknown(make: Make, sandbox: Sandbox) -> None:
    at = make()
    sandbox.inject_fault("aws-denied", operation="cloudtrail:LookupEvents", times=9)
    person = Person(at, [Act.GENERATE, Act.PASTE])
    result = at.run(person)
    assert (result.state, result.holder) == (State.WAITING, Holder.UNKNOWN)
    assert "CloudTrail cannot be read: " in result.why
    assert "LookupEvents" in person.warnings[0]
    assert "okta_token" not in at.tags()


def test_a_forgotten_paste_that_cloudtrail_does_not_show_is_found_by_the_deletion(
    make: Make, sandbox: Sandbox
) -> None:
    at = make()
    sandbox.settings(cloudtrail="off")
    person = Person(at, [Act.GENERATE])
    at.run(person)
    person = Person(at, [Act.DELETE], entered=person.entered)
    result = at.run(person)
    assert (result.state, result.holder) == (State.WAITING, Holder.REJECTED)
    assert "Okta uses a token that AWS rejects" in result.why
    assert result.step
    assert result.step.act == Act.PASTE
    assert at.tags()["okta_token"] == "rejected"
    at.paste(person.entered)
    assert at.run(Person(at, [])).state == State.DONE


def test_with_both_slots_taken_the_step_names_the_token_to_delete(make: Make) -> None:
    at = make()
    at.consoles.generate()  # its value is lost
    result = at.run(Person(at, []))
    assert result.step
    assert "first delete the one that was not created on" in result.step.text
    assert at.value()["created"][:10] in result.step.text


def test_no_valid_token_is_offered_for_deletion_if_the_current_one_was_deleted(make: Make) -> None:
    at = make()
    at.consoles.generate()  # Okta may have this one
    at.consoles.delete(at.first_id)
    result = at.run(Person(at, []))
    assert result.step
    assert "AWS rejects the current token of" in result.step.text
    assert "that was not created on" not in result.step.text
    assert "stays valid" not in result.step.text


def store_another(at: Federation, okta_token: str = "") -> dict[str, Any]:
    """Make another valid token the current one, as `token store` does. Its ID is `second`;
    `okta_token` is the ID of the token that Okta uses."""
    document = {**at.document(at.consoles.generate(), at.now()), "token_id": "second"}
    at.secrets.put_secret_value(SecretId=at.secret, SecretString=json.dumps(document))
    if okta_token:
        tag = {"Key": "okta_token", "Value": okta_token}
        at.secrets.tag_resource(SecretId=at.secret, Tags=[tag])
    return document


def test_an_earlier_token_that_is_still_valid_is_named(make: Make) -> None:
    at = make()
    store_another(at, okta_token="second")
    result = at.run(Person(at, []))
    assert result.step
    day = (at.now() - timedelta(days=1)).date().isoformat()
    assert f"created on {day}\n  is still valid: if AWS lists it, delete it first" in (
        result.step.text
    )


def test_the_token_that_okta_uses_is_not_offered_for_deletion(make: Make) -> None:
    at = make()
    store_another(at, okta_token=at.value()["token_id"])
    with pytest.raises(TokenError, match="an earlier rotation is incomplete"):
        at.run(Person(at, []))


@pytest.mark.parametrize("okta_token", ["", "rejected"])
def test_no_valid_token_is_offered_for_deletion_if_okta_may_use_either(
    make: Make, okta_token: str
) -> None:
    at = make()
    current = store_another(at, okta_token)
    with pytest.raises(TokenError, match=r"which one Okta uses is not known\. Run "):
        at.run(Person(at, [Act.GENERATE]))
    person = Person(at, [Act.PASTE, Act.DELETE], entered=current["token"])
    assert at.run(person, Rotation.retire).state == State.DONE
    [at.first_id] = at.consoles.tokens()
    assert at.run(Person(at, everything(at))).state == State.DONE


def test_a_deleted_current_token_is_replaced_although_okta_uses_the_earlier_one(make: Make) -> None:
    at = make()
    store_another(at, okta_token=at.value()["token_id"])
    at.consoles.delete(at.consoles.tokens()[-1])
    with pytest.raises(TokenError, match="Run `okta-idc token rotate`"):
        at.run(Person(at, []), Rotation.retire)
    result = at.run(Person(at, []))
    assert result.step
    assert "AWS rejects the current token of" in result.step.text


@pytest.mark.parametrize("during", [Act.GENERATE, Act.PASTE])
def test_a_secret_that_another_person_changed_is_not_overwritten(make: Make, during: Act) -> None:
    at = make()
    theirs = at.document("T" * 500, at.now())

    def change(act: Act) -> None:
        if act == during:
            at.secrets.put_secret_value(SecretId=at.secret, SecretString=json.dumps(theirs))

    person = Person(at, everything(at), before=change)
    with pytest.raises(ChangedError, match="the secret was changed during the rotation"):
        at.run(person)
    assert at.value() == theirs
    assert at.value("AWSPENDING")["token"] == person.entered
    result = at.run(Person(at, []), Rotation.abort)
    assert result.state == State.ABORTED
    assert at.value() == theirs
    assert "AWSPENDING" not in at.labels()


@pytest.mark.parametrize("mode", ["api", "console"])
def test_a_change_at_the_moment_of_the_promotion_is_not_overwritten(
    make: Make, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    at = make(mode)
    theirs, move = at.document("T" * 500, at.now()), SecretVersions.move

    def late(self: SecretVersions, label: str, *versions: str) -> None:
        at.secrets.put_secret_value(SecretId=at.secret, SecretString=json.dumps(theirs))
        move(self, label, *versions)

    monkeypatch.setattr(SecretVersions, "move", late)
    with pytest.raises(ChangedError, match="Nothing was overwritten"):
        at.run(Person(at, everything(at)))
    assert at.value() == theirs


@pytest.mark.parametrize("mode", ["api", "console"])
def test_a_rotation_can_be_undone_until_the_old_token_is_deleted(make: Make, mode: str) -> None:
    at = make(mode)
    person = Person(at, [Act.GENERATE, GIVE[mode]])
    at.run(person)
    assert at.value()["token"] == person.entered
    result = at.run(Person(at, []), Rotation.abort)
    assert result.state == State.ABORTED
    assert result.step
    assert result.step.act == GIVE[mode]
    assert at.value()["token"] == at.first
    assert at.tags()["expires"] == at.value()["expires"]
    assert "AWSPENDING" not in at.labels()


def test_after_an_abort_the_next_rotation_needs_a_token_of_its_own(make: Make) -> None:
    """The aborted one is forgotten, so step 1 is due again."""
    at = make("console")
    at.run(Person(at, [Act.GENERATE]))
    at.run(Person(at, []), Rotation.abort)
    result = at.run(Person(at, []))
    assert (result.state, result.step and result.step.act) == (State.WAITING, Act.GENERATE)
    with pytest.raises(TokenError, match="no rotation is in progress"):
        at.run(Person(at, []), Rotation.abort)


def test_an_abort_does_not_trust_a_check_before_the_new_token_was_entered(make: Make) -> None:
    at = make()
    person = Person(at, [Act.GENERATE])
    at.run(person)
    assert at.run(Person(at, [])).holder == Holder.OLD  # which the tags record
    at.paste(person.entered)
    step = at.run(Person(at, []), Rotation.abort).step
    assert step
    assert step.act == Act.PASTE


def test_a_rotation_cannot_be_undone_after_the_old_token_is_deleted(make: Make) -> None:
    at = make()
    person = Person(at, [Act.GENERATE, Act.PASTE])
    at.run(person)
    at.consoles.delete(at.first_id)
    with pytest.raises(TokenError, match="cannot be undone"):
        at.run(Person(at, []), Rotation.abort)
    assert at.value()["token"] == person.entered


def test_deleting_the_new_token_is_noticed(make: Make) -> None:
    at = make()
    at.run(Person(at, [Act.GENERATE, Act.PASTE]))
    [new] = [ident for ident in at.consoles.tokens() if ident != at.first_id]
    at.consoles.delete(new)
    with pytest.raises(TokenError, match=r"AWS rejects the new token of .* it was deleted"):
        at.run(Person(at, []))
    result = at.run(Person(at, []), Rotation.abort)
    assert result.state == State.ABORTED
    assert at.value()["token"] == at.first


def test_throttled_scim_requests_are_pushed_again(make: Make, sandbox: Sandbox) -> None:
    at = make()
    person = Person(at, [Act.GENERATE])
    at.run(person)
    at.paste(person.entered)
    sandbox.inject_fault("scim-throttled", method="POST", path="/Groups", times=2)
    assert at.run(Person(at, [])).holder == Holder.NEW


def test_a_test_group_that_stays_throttled_ends_without_a_deletion(
    make: Make, sandbox: Sandbox
) -> None:
    at = make()
    person = Person(at, [Act.GENERATE])
    at.run(person)
    at.paste(person.entered)
    sandbox.inject_fault("scim-throttled", method="POST", path="/Groups", times=99)
    with pytest.raises(TokenError, match="the test group did not arrive in AWS: Okta: ") as caught:
        at.run(Person(at, [Act.DELETE]))
    assert "Run the command again later" in str(caught.value)
    assert at.first_id in at.consoles.tokens()
    sandbox.clear_faults()
    assert at.run(Person(at, [Act.DELETE])).state == State.DONE
    assert at.canaries() == []


def test_retire_alone_verifies_a_token_that_was_stored_by_hand(make: Make) -> None:
    at = make()
    new = at.consoles.generate()
    document = at.document(new, at.now())
    at.secrets.put_secret_value(SecretId=at.secret, SecretString=json.dumps(document))
    result = at.run(Person(at, []), Rotation.retire)
    assert (result.state, result.holder) == (State.WAITING, Holder.OLD)
    person = Person(at, [Act.PASTE, Act.DELETE], entered=new)
    result = at.run(person, Rotation.retire)
    assert (result.state, result.holder) == (State.DONE, Holder.NEW)
    assert acts(person) == [Act.PASTE, Act.DELETE]


def test_a_token_that_was_stored_again_is_not_offered_for_deletion(make: Make) -> None:
    at = make()
    again = at.document(at.first, at.now())  # with a corrected date
    at.secrets.put_secret_value(SecretId=at.secret, SecretString=json.dumps(again))
    person = Person(at, [Act.DELETE])
    with pytest.raises(TokenError, match="no earlier token"):
        at.run(person, Rotation.retire)
    assert person.steps == []
    assert at.first_id in at.consoles.tokens()


def test_retire_names_the_way_out_if_the_wrong_token_was_deleted(make: Make) -> None:
    at = make()
    document = at.document(at.consoles.generate(), at.now())
    at.secrets.put_secret_value(SecretId=at.secret, SecretString=json.dumps(document))
    at.consoles.delete(at.consoles.tokens()[-1])
    with pytest.raises(TokenError, match="AWS rejects the new token") as caught:
        at.run(Person(at, []), Rotation.retire)
    assert "--abort" not in str(caught.value)  # no rotation is in progress
    with pytest.raises(TokenError, match="no rotation is in progress"):
        at.run(Person(at, []), Rotation.abort)
    assert at.run(Person(at, [])).step


def test_a_group_that_is_only_named_like_a_test_group_is_kept(make: Make) -> None:
    at, name = make(), "okta-idc-canary-20240101"

    async def change(method: str, path: str, body: Any = None) -> Any:
        async with at.okta() as okta:
            return await okta.change(method, path, body)

    profile = {"name": name, "description": "Canaries of 2024"}
    group = asyncio.run(change("POST", "/api/v1/groups", {"profile": profile}))
    assert at.run(Person(at, everything(at))).state == State.DONE
    assert at.canaries() == [name]
    asyncio.run(change("DELETE", f"/api/v1/groups/{group['id']}"))


def test_a_pending_version_of_another_program_is_left_alone(make: Make) -> None:
    at = make()
    at.secrets.put_secret_value(
        SecretId=at.secret, SecretString="{}", VersionStages=["AWSPENDING"]
    )  # fmt: skip
    with pytest.raises(TokenError, match="was not stored by this command"):
        at.run(Person(at, []))
    assert at.labels()["AWSPENDING"]


def test_no_token_is_sent_to_an_endpoint_in_an_unknown_region(make: Make) -> None:
    at = make()
    endpoint = ENDPOINT.replace("us-east-1", "xx-nowhere-1")
    document = {**at.value(), "endpoint": endpoint}
    at.secrets.put_secret_value(SecretId=at.secret, SecretString=json.dumps(document))
    with pytest.raises(TokenError, match="OIC-133"):
        at.run(Person(at, []), lambda r: _at(r, ScimProbe()).rotate())


def _at(rotation: Rotation, probe: Any) -> Rotation:
    rotation.probe = probe
    return rotation


class Killed(BaseException):
    """The process ends."""


def _kill_after(monkeypatch: pytest.MonkeyPatch, number: int) -> Callable[[], int]:
    """End the process after this write. Returns a function that counts the writes so far."""
    writes = 0
    call, change = AwsClient.call, OktaWriter.change

    def count() -> None:
        nonlocal writes
        writes += 1
        if writes == number:
            raise Killed

    def counted_call(self: AwsClient, operation: str, **query: Any) -> Any:
        found = call(self, operation, **query)
        if operation.startswith(("put_", "update_", "tag_")):
            count()
        return found

    async def counted_change(self: OktaWriter, *args: Any, **query: str) -> Any:
        found = await change(self, *args, **query)
        count()
        return found

    monkeypatch.setattr(AwsClient, "call", counted_call)
    monkeypatch.setattr(OktaWriter, "change", counted_change)
    return lambda: writes


WRITES = {"api": 16, "console": 16}
"""Writes of a rotation without interruptions."""


@pytest.mark.parametrize("mode", ["api", "console"])
def test_a_rotation_has_a_known_number_of_writes(
    make: Make, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    at = make(mode)
    writes = _kill_after(monkeypatch, 0)
    at.run(Person(at, everything(at)))
    assert writes() == WRITES[mode]


@pytest.mark.parametrize(
    ("mode", "number"),
    [*(("console", n + 1) for n in range(WRITES["console"])), *(("api", n + 1) for n in range(4))],
)  # the modes differ in the first four writes only
def test_a_rotation_that_ended_after_any_write_continues(
    make: Make, mode: str, number: int
) -> None:
    at = make(mode)
    person = Person(at, everything(at))
    with pytest.MonkeyPatch.context() as patch:
        _kill_after(patch, number)
        with pytest.raises(Killed):
            at.run(person)
    again = Person(at, everything(at), entered=person.entered)
    if at.labels().keys() == {"AWSCURRENT", "AWSPREVIOUS"}:  # the last write was the last step
        assert number == WRITES[mode]
    else:
        assert at.run(again).state == State.DONE
    assert at.value()["token"] == person.entered
    assert at.labels().keys() == {"AWSCURRENT", "AWSPREVIOUS"}
    assert at.tags()["okta_token"] == at.tags()["token_id"] == at.value()["token_id"]
    assert at.canaries() == []


@pytest.mark.parametrize("act", [Act.GENERATE, Act.PASTE, Act.DELETE])
def test_a_rotation_that_ended_at_a_prompt_continues(make: Make, act: Act) -> None:
    at = make()

    def kill(shown: Act) -> None:
        if shown == act:
            raise Killed

    person = Person(at, everything(at), before=kill)
    with pytest.raises(Killed):
        at.run(person)
    assert at.run(Person(at, everything(at), entered=person.entered)).state == State.DONE


@pytest.mark.parametrize("number", range(1, 4))
def test_an_undone_rotation_that_ended_after_any_write_is_undone_again(
    make: Make, number: int
) -> None:
    at = make()
    at.run(Person(at, [Act.GENERATE, Act.PASTE]))
    with pytest.MonkeyPatch.context() as patch:
        _kill_after(patch, number)
        with pytest.raises(Killed):
            at.run(Person(at, []), Rotation.abort)
    if "AWSPENDING" in at.labels():
        assert at.run(Person(at, []), Rotation.abort).state == State.ABORTED
    assert at.value()["token"] == at.first
    assert at.tags()["token_id"] == at.value()["token_id"]
    assert at.labels().keys() == {"AWSCURRENT", "AWSPREVIOUS"}
