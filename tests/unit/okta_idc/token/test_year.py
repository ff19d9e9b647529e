"""A year and a half on the sandbox's clock: rotations, a forgotten paste, and an expiry."""

from collections.abc import Callable

import pytest

from okta_idc.rules.token_holder import token_holder
from okta_idc.token.evidence import Holder
from okta_idc.token.progress import TokenError
from okta_idc.token.result import State
from okta_idc.token.rotation import Rotation
from okta_idc.token.steps import Act
from sandbox.pytest_plugin import Sandbox
from tests.unit.okta_idc.token.federation import Federation, Person

DAY = 86_400


@pytest.fixture
def sandbox_options() -> list[str]:
    return ["--connections", "supported"]


def test_two_rotations_a_forgotten_paste_and_an_expiry(
    start_sandbox: Callable[..., Sandbox],
) -> None:
    sandbox = start_sandbox()
    at = Federation(sandbox)
    sandbox.advance(300 * DAY)

    # The first rotation: nobody pastes the token, which is found before anything is deleted.
    first = Person(at, [Act.GENERATE])
    assert at.run(first).state == State.WAITING
    found = at.run(Person(at, []))
    assert (found.holder, found.step and found.step.act) == (Holder.OLD, Act.PASTE)
    assert token_holder(at.tags()).known is True  # Okta has the current token, which is the old one
    assert at.value()["token"] == at.first
    person = Person(at, [Act.PASTE, Act.DELETE], entered=first.entered)
    assert at.run(person).state == State.DONE
    assert token_holder(at.tags()).known is True
    assert at.consoles.tokens()
    assert at.first_id not in at.consoles.tokens()

    # Ten months later, the second rotation; the old token expires before Okta has the new one.
    at.first, [at.first_id] = first.entered, at.consoles.tokens()
    sandbox.advance(310 * DAY)
    second = Person(at, [Act.GENERATE])
    assert at.run(second).state == State.WAITING
    sandbox.advance(60 * DAY)
    found = at.run(Person(at, []))
    assert (found.state, found.holder) == (State.WAITING, Holder.REJECTED)
    assert found.step
    assert found.step.act == Act.PASTE
    assert token_holder(at.tags()).known is False
    at.paste(second.entered)
    result = at.run(Person(at, []))
    assert (result.state, result.holder) == (State.DONE, Holder.NEW)
    assert at.value()["token"] == second.entered
    assert token_holder(at.tags()).known is True

    # The expired token still occupies a slot, and the next rotation says so.
    third = at.run(Person(at, []))
    assert third.step
    assert "has expired, but still counts" in third.step.text


def test_a_new_token_that_expires_before_okta_has_it(start_sandbox: Callable[..., Sandbox]) -> None:
    sandbox = start_sandbox()
    at = Federation(sandbox)
    forgotten = Person(at, [Act.GENERATE])
    assert at.run(forgotten).state == State.WAITING
    sandbox.advance(366 * DAY)
    with pytest.raises(TokenError, match=r"AWS rejects the new token of .* has expired") as caught:
        at.run(Person(at, []))
    assert "`okta-idc token rotate --abort`" in str(caught.value)
    assert at.run(Person(at, []), Rotation.abort).state == State.ABORTED

    # Both slots have an expired token; the next rotation says so, and ends with one valid token.
    step = at.run(Person(at, [])).step
    assert step
    assert "AWS rejects the current token of" in step.text
    assert "first delete an expired one" in step.text
    for ident in at.consoles.tokens()[1:]:
        at.consoles.delete(ident)
    assert at.run(Person(at, [Act.GENERATE, Act.PASTE, Act.DELETE])).state == State.DONE
