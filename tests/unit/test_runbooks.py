"""Each page of docs/guide/operate has a test that follows it, and following it is strict."""

import re
from pathlib import Path

import pytest

from tests import runbook
from tests.paths import ROOT
from tests.runbook import FOLDER, Runbook

PAGES = {page.stem for page in FOLDER.glob("*.md")} - {"README"}
_MARK = re.compile(r'^ *@pytest\.mark\.runbook\("([\w-]+)"\)$', re.MULTILINE)
_PAGE = """
Text with `a command` that is none.

1. A step:

   ```sh
   okta-idc map --stack prod \\
     --diff     # a comment
   ```

```console
$ pulumi preview --stack prod
error: '…' is not
a group. […]
```

```yaml
protect: false
```
"""


@pytest.fixture(autouse=True)
def _page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "page.md").write_text(_PAGE)
    monkeypatch.setattr(runbook, "FOLDER", tmp_path)


def book(*answers: tuple[int, str]) -> tuple[Runbook, list[str]]:
    left, seen = list(answers), list[str]()

    def run(command: str) -> tuple[int, str]:
        seen.append(command)
        return left.pop(0)

    return Runbook("page", run, {"prod": "dev"}), seen


def test_each_page_is_followed_by_one_test() -> None:
    tests = ROOT / "tests"
    followed = [
        name
        for file in tests.rglob("test_*.py")
        for name in _MARK.findall(file.read_text(encoding="utf-8"))
    ]
    assert sorted(followed) == sorted(PAGES)


def test_each_page_is_in_the_index() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\]\(([\w-]+)\.md", index)) == PAGES


def test_each_page_has_steps() -> None:
    for page in PAGES:
        assert list(runbook.steps((FOLDER / f"{page}.md").read_text(encoding="utf-8"))), page


def test_a_page_is_followed_in_order() -> None:
    page, seen = book((0, ""), (1, "  error: 'aws-x' is not a\n  group.   [OIC-203]\n"))
    page.run("map")
    page.run("preview", code=1)
    assert page.settings() == {"protect": False}
    page.finish()
    assert seen == ["okta-idc map --stack dev --diff     # a comment",
                    "pulumi preview --stack dev"]  # fmt: skip


def test_a_wrong_exit_code_fails() -> None:
    page, _ = book((2, "usage"))
    with pytest.raises(AssertionError, match="ended with 2:\nusage"):
        page.run("map")


def test_other_output_than_the_page_shows_fails() -> None:
    page, _ = book((0, ""), (1, "error: 'aws-x' is a group. [OIC-203]"))
    page.run("map")
    with pytest.raises(AssertionError, match="not the output shown"):
        page.run("preview", code=1)


def test_another_order_fails() -> None:
    page, _ = book((0, ""))
    with pytest.raises(AssertionError, match="the next step is"):
        page.run("preview")
    page, _ = book((0, ""))
    with pytest.raises(AssertionError, match="the next step is"):
        page.settings()


def test_a_step_that_nobody_followed_fails() -> None:
    page, _ = book((0, ""))
    page.run("map")
    with pytest.raises(AssertionError, match="not followed"):
        page.finish()


def test_a_block_that_no_test_can_follow_fails() -> None:
    with pytest.raises(AssertionError, match="the language python"):
        list(runbook.steps("```python\nprint()\n```\n"))
