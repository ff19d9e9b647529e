"""A rotation in console mode: a person follows the printed steps in Chromium."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from okta_idc.token.result import Result, State
from okta_idc.token.steps import Act
from sandbox.pytest_plugin import Sandbox
from tests.browser_page import page
from tests.sandbox.console import console_journey
from tests.unit.okta_idc.token.federation import Federation, Person

__all__ = ["page"]

DAY = 86_400


def in_a_thread(work: Callable[..., Any], *given: Any) -> Any:
    """The work's result. Playwright's event loop runs in the test's thread, where no other can."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work, *given).result()


def printed(result: Result, act: Act) -> str:
    """The text of the step that the run ended at."""
    assert result.state == State.WAITING
    assert result.step
    assert result.step.act == act
    return result.step.text


def open_access_tokens(page: Any, okta: str) -> None:
    page.goto(f"{okta}/aws-console/settings")
    page.locator("summary", has_text="Actions").click()
    page.get_by_role("link", name="Manage provisioning").click()


def generate_token(page: Any) -> str:
    page.get_by_role("button", name="Generate token").click()
    page.get_by_text("Show token").click()
    token = page.get_by_label("Access token").input_value()
    page.get_by_role("link", name="Close").click()
    return token


def give_okta(page: Any, okta: str, token: str) -> None:
    page.goto(f"{okta}/admin")
    console_journey.open_app(page)
    page.get_by_role("link", name="Provisioning", exact=True).click()
    page.get_by_role("link", name="Integration", exact=True).click()
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("API Token").fill(token)
    page.get_by_role("button", name="Test API Credentials").click()
    assert page.get_by_role("status").inner_text().endswith("was verified successfully!")
    page.get_by_role("button", name="Save").click()


def delete_token(page: Any, day: str) -> None:
    page.get_by_role("row").filter(has_text=day).get_by_role("link").click()
    page.get_by_label("Type DELETE to confirm").fill("DELETE")
    page.get_by_role("button", name="Delete access token").click()


def test_the_printed_steps_lead_through_both_consoles(
    page: Any, make: Callable[..., Federation], sandbox: Sandbox
) -> None:
    at: Federation = in_a_thread(make, "console", timedelta())
    sandbox.advance(300 * DAY)  # AWS lists tokens by their dates
    nobody = Person(at, [])

    step = printed(in_a_thread(at.run, nobody), Act.GENERATE)
    assert "Manage provisioning → Generate token" in step
    open_access_tokens(page, sandbox.okta)
    token = generate_token(page)

    at_terminal = Person(at, [Act.GENERATE], entered=token)
    step = printed(in_a_thread(at.run, at_terminal), Act.PASTE)
    assert "Choose Test API Credentials, then Save." in step
    assert token not in step
    give_okta(page, sandbox.okta, token)

    step = printed(in_a_thread(at.run, nobody), Act.DELETE)
    [old] = re.findall(r"Delete the token that was created on (\S+)\.", step)
    open_access_tokens(page, sandbox.okta)
    delete_token(page, old)

    assert in_a_thread(at.run, nobody).state == State.DONE
    assert at.value()["token"] == token
    assert at.first_id not in at.consoles.tokens()
    assert len(at.consoles.tokens()) == 1
