"""Rejects environment variables that override the stack's credentials, or put its state at risk.

The Okta provider prefers `OKTA_ACCESS_TOKEN` to any other configured credentials: a token left in a
shell would act on another org or user (docs/research/okta-provider.md#credential-precedence). With
`PULUMI_SKIP_CHECKPOINTS`, the engine saves the state at the end of a run only.
"""

from collections.abc import Mapping

import pulumi

from okta_idc.fleet.process import checkpoint_problem

from ._errors import ValidationError

TOKEN = "OKTA_ACCESS_TOKEN"  # noqa: S105 - the name of a variable
_OTHERS = ("OKTA_API_TOKEN", "OKTA_API_PRIVATE_KEY")


def reject_ambient_credentials(environment: Mapping[str, str]) -> None:
    """Raises ValidationError if the token overrides the stack's own credentials; warns if it
    overrides other credentials in the environment."""
    if not environment.get(TOKEN) or _configured("accessToken"):  # a configured token wins
        return
    overridden = [f"okta:{key}" for key in ("apiToken", "privateKey") if _configured(key)]
    if overridden:
        keys = " and ".join(overridden)
        message = (
            f"{TOKEN} is set in the environment and overrides the stack's {keys}. Nothing was "
            f"changed. Unset {TOKEN}; or, to use it, remove {keys} from the stack file."
        )
        raise ValidationError.at("", message)
    for other in filter(environment.get, _OTHERS):
        pulumi.log.warn(f"{TOKEN} and {other} are both set in the environment: {TOKEN} is used.")


def reject_skipped_checkpoints(environment: Mapping[str, str]) -> None:
    """Raises ValidationError if the engine would not save the state after each change. A preview
    saves nothing and passes."""
    problem = checkpoint_problem(environment)
    if problem and not pulumi.runtime.is_dry_run():
        advice = "; if runs are slow, divide the federation among stacks (`fleet`)."
        raise ValidationError.at("", problem + advice)


def _configured(key: str) -> bool:
    return bool(pulumi.runtime.get_config(f"okta:{key}"))
