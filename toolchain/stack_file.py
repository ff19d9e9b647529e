"""The stack file of the sandbox's stack, which the commands edit in place.

It contains the sandbox's addresses and the mode of provisioning. The commands write both into the
clone's Pulumi.dev.yaml and not into a copy, so that `make up` and plain `pulumi` deploy what this
file says, including later edits. When the sandbox stops, the previous values are written back.
"""

import contextlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from okta_idc.settings.yaml_file import YamlError, read_yaml
from toolchain.sandbox import PORT, ROOT, Sandbox

NAME = "Pulumi.dev.yaml"
MODES = ("api", "console")
_FEDERATION = "okta-identity-center:federation"
_ADDRESS = re.compile(
    r"""(?m)^(?P<before> +(?:- )?(?P<key>[\w:]+): ["']?)(?P<url>http://127\.0\.0\.1:\d+)\b"""
)
_MODE = re.compile(r"(?m)^( +mode: )(\w+)(?= *(?:#.*)?$)")
_DEFAULT = Sandbox("", 0, *(f"http://127.0.0.1:{PORT + offset}" for offset in range(3)))


class StackFileError(Exception):
    """The stack file cannot be used. The text names the cause and the remedy."""


@dataclass(frozen=True)
class StackFile:
    """The clone's Pulumi.dev.yaml for its folder .sandbox; another folder has its own file."""

    home: Path

    @property
    def path(self) -> Path:
        return (ROOT if self.home == ROOT / ".sandbox" else self.home) / NAME

    @property
    def mode(self) -> str:
        """`provisioning.mode`, or its default. Raises StackFileError."""
        return self._mode_in(self._text)

    def set_mode(self, mode: str) -> bool:
        """Write `provisioning.mode`; `restore` writes the old mode back. False: no change.

        Raises StackFileError.
        """
        old = self.mode
        if mode == old:
            return False
        text = _MODE.sub(rf"\g<1>{mode}", self._text, count=1)
        if self._mode_in(text) != mode:
            raise StackFileError(
                f"{self.path}: has no line for the mode. Add `mode: {mode}` to `provisioning`."
            )
        if not self._replaced.exists():
            self._replaced.write_text(old)
        self.path.write_text(text)
        return True

    def point_to(self, sandbox: Sandbox) -> bool:
        """Write the sandbox's addresses, unless the file contains one of them: then the others
        were changed on purpose. False: no change."""
        text = self._text
        if not any(m["url"] == _address(sandbox, m["key"]) for m in _ADDRESS.finditer(text)):
            text = _ADDRESS.sub(lambda m: m["before"] + _address(sandbox, m["key"]), text)
        if self.path.exists() and text == self._text:
            return False
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(text)
        return True

    def restore(self) -> bool:
        """Write the default addresses, and the mode that `set_mode` replaced. False: no change."""
        changed = self.path.exists() and self.point_to(_DEFAULT)
        if self._replaced.exists():
            with contextlib.suppress(StackFileError):  # an invalid file does not block `make reset`
                changed = self.set_mode(self._replaced.read_text()) or changed
            self._replaced.unlink()
        return changed

    @property
    def _replaced(self) -> Path:
        return self.home / "replaced-mode"

    @property
    def _text(self) -> str:
        """The file's text. A folder without a file starts with the clone's, in its own mode."""
        if self.path.exists():
            return self.path.read_text()
        replaced = StackFile(ROOT / ".sandbox")._replaced
        mode = replaced.read_text() if replaced.exists() else r"\g<2>"
        return _MODE.sub(rf"\g<1>{mode}", (ROOT / NAME).read_text(), count=1)

    def _mode_in(self, text: str) -> str:
        try:
            provisioning: Any = read_yaml(text)["config"][_FEDERATION]["provisioning"]
            return str(provisioning.get("mode", MODES[0]))
        except (KeyError, TypeError, AttributeError):
            return MODES[0]  # the program reports what is wrong with the settings
        except YamlError as error:
            raise StackFileError(f"{self.path}: {error}") from None


def _address(sandbox: Sandbox, key: str) -> str:
    """The address that this key of the stack file names."""
    known = {"okta:httpProxy": sandbox.okta, "verify_at": sandbox.scim}
    return known.get(key, sandbox.aws)
