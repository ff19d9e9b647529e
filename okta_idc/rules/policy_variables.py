"""Policy variables, `${key}` or `${key, 'default'}`, in the texts of an IAM policy.

AWS: IAM User Guide, IAM policy elements: Variables and tags.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Variable:
    """One `${…}`: the whole text, the context key, and the default with its quotes (None: none).

    `closed` is false if the closing brace is missing; the key is then empty.
    """

    text: str
    key: str = ""
    default: str | None = None
    closed: bool = True

    @property
    def is_escape(self) -> bool:
        """Whether it is `${*}`, `${?}` or `${$}`, which IAM reads as the character itself."""
        return self.key in ("*", "?", "$")

    def principal_tag(self) -> str | None:
        """The key of a session tag, for `${aws:PrincipalTag/KEY}`."""
        prefix, slash, tag = self.key.partition("/")
        return tag if slash and tag and prefix.casefold() == "aws:principaltag" else None


def variables(text: str) -> Iterator[Variable]:
    """The variables of a text, in order. Takes linear time."""
    at = text.find("${")
    while at >= 0:
        end = text.find("}", at)
        if end < 0:
            yield Variable(text[at:], closed=False)
            return
        name, comma, default = text[at + 2 : end].partition(",")
        yield Variable(text[at : end + 1], name.strip(), default.strip() if comma else None)
        at = text.find("${", end)
