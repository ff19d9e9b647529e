"""Points failed operations to `okta-idc recover`.

A run that loses an answer, or is killed, leaves the state behind Okta or AWS. The next run then
fails with an error that names no remedy: a conflict for an object that exists already, a 404 for
one that is gone. One error hook serves every resource of a component. It makes no call.
"""

import re
from weakref import WeakKeyDictionary

import pulumi
from pulumi import ErrorHook, ErrorHookArgs, Resource, ResourceHookBinding

_EXISTS = re.compile(
    r"already exist|already attached|must not be the same|ConflictException|Push Group : 400", re.I
)
_GONE = re.compile(r"\b404\b|not found|NotFound", re.I)
_LOST = re.compile(
    r"\bEOF\b|connection reset|broken pipe|timed? ?out|deadline exceeded|request send failed|"
    r"connection was closed|no response",
    re.I,
)
_hooks: WeakKeyDictionary[Resource, ErrorHook] = WeakKeyDictionary()


def recovery_hint(parent: Resource) -> ResourceHookBinding:
    """The hook for the children of a component, which is registered once."""
    if parent not in _hooks:
        name = f"{parent.pulumi_resource_type}:{parent.pulumi_resource_name}:recovery-hint"
        _hooks[parent] = ErrorHook(name, lambda failed: _on_error(failed, parent))
    return ResourceHookBinding(on_error=[_hooks[parent]])


def _on_error(failed: ErrorHookArgs, parent: Resource) -> bool:
    """Logs the next command after the provider's error. Never retries."""
    if text := hint(failed.name, failed.failed_operation, failed.errors):
        pulumi.log.error(text, parent)
    return False


def hint(name: str, operation: str, errors: list[str]) -> str:
    """The next step for a failed operation; "" if it has nothing to do with an earlier run."""
    text = "\n".join(errors)
    if "status INVALID" in text:
        return (
            f"{name} uses a group or an attribute that was deleted, and Okta cannot activate it "
            "again. Remove it from the rule's condition, and replace the rule: "
            "`pulumi up --refresh --replace URN` (`pulumi stack --show-urns`)."
        )
    if operation == "create" and _EXISTS.search(text):
        return (
            f"{name} exists already. If an interrupted run of this stack created it, run "
            "`okta-idc recover`, which prints the commands that record it. If it was created "
            "outside the stack, import it with its `import_id`, or use another name."
        )
    if operation in ("update", "delete") and _GONE.search(text):
        return f"{name} no longer exists. Run `okta-idc recover`, which prints the next commands."
    if _LOST.search(text):
        return (
            f"The {operation} of {name} got no answer and may have been performed. Run "
            "`okta-idc recover` before the next `pulumi up`."
        )
    return ""
