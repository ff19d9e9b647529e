"""Condition keys, and policy variables, `${key}` or `${key, 'default'}`, in an IAM policy.

AWS: IAM User Guide, IAM policy elements: Variables and tags; AWS global condition context keys.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from okta_idc.rules.suggestions import closest

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]*:[A-Za-z0-9][A-Za-z0-9_.-]*([/:].+)?", re.DOTALL)
"""Service or identity provider, a colon, the name, and for some names a tag's or context's key."""
_FAMILIES = ("PrincipalTag", "RequestTag", "ResourceTag")
"""The global condition keys that end in a tag's key."""
_TAG_LIKE = re.compile(
    r"\s*(?P<aws>aws\s*[:/.])?(?P<name>[A-Za-z_ -]+)(?P<separator>[/:.]?)(?P<tag>.*)",
    re.IGNORECASE | re.DOTALL,
)
_VARIABLE = re.compile(r"\$\{[^}]*(\}|\Z)")
_PARENTHESES = re.compile(r"\$\(([^()]*)\)")
_TAG_AS_TEXT = re.compile(r"aws:PrincipalTag[/:]", re.IGNORECASE)


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


def key_fault(key: str) -> str:
    """What is wrong with a condition key's form, as a clause after the key; "" if nothing is."""
    if suggestion := tag_key_for(key):
        return f"is not a condition key. Did you mean {suggestion!r}?"
    return "" if _KEY.fullmatch(key) else "is not a condition key, such as 'aws:PrincipalTag/KEY'."


def tag_key_for(key: str) -> str:
    """The key on a tag that a text resembles, such as `aws:PrincipalTag/Team` for
    `PrincipalTag:Team`; "" if there is none, or if the text is that key.

    A key that is not a tag's can resemble one (`aws:PrincipalArn`), but never ends in a tag's key.
    """
    if (match := _TAG_LIKE.fullmatch(key)) is None:
        return ""
    tag = match["tag"] if match["separator"] else ""
    likeness = 0.8 if tag else 0.9
    family = closest(match["name"], _FAMILIES, likeness)
    if family is None:
        return ""
    meant = f"aws:{family}/{tag or 'KEY'}"
    return "" if tag and key.lower() == meant.lower() else meant


def literal_tag(text: str) -> tuple[str, str] | None:
    """A reference to a tag that is not written as a variable, and what to write ("": unknown).

    For example `$(aws:PrincipalTag/Team)`, which IAM compares as it is.
    """
    literal = _VARIABLE.sub(" ", text)
    for match in _PARENTHESES.finditer(literal):
        key = match[1].strip()
        if meant := tag_key_for(key) or (key if _TAG_AS_TEXT.match(key) else ""):
            return match[0], f"${{{meant}}}"
    return (text, "") if _TAG_AS_TEXT.search(literal) else None
