"""What stands in the shell and would change the stack behind its back.

The Okta plugin takes `OKTA_ACCESS_TOKEN` before the credentials that are configured, whatever they
are (docs/research/okta-provider.md#credential-precedence): a token left in a shell would act on
another org's behalf, or somebody else's, and nothing would show it.
"""

from collections.abc import Mapping

import pulumi

from ._errors import ValidationError

TOKEN = "OKTA_ACCESS_TOKEN"  # noqa: S105 — a variable's name
_OTHERS = ("OKTA_API_TOKEN", "OKTA_API_PRIVATE_KEY")


def reject_ambient_credentials(environment: Mapping[str, str]) -> None:
    """Raise ValidationError where the token in the shell would beat the stack's own credentials;
    warn where it beats others of the shell."""
    if not environment.get(TOKEN):
        return
    if _configured("accessToken"):  # what is configured under the same name wins
        return
    beaten = [f"okta:{key}" for key in ("apiToken", "privateKey") if _configured(key)]
    if beaten:
        raise ValidationError(
            f"{TOKEN} is set in the shell, and the Okta plugin would use it instead of the stack's "
            f"{' and '.join(beaten)}. Nothing was changed. Fix: unset {TOKEN}; or, if it is meant, "
            f"take {' and '.join(beaten)} out of the stack file."
        )
    for other in _OTHERS:
        if environment.get(other):
            pulumi.log.warn(f"{TOKEN} is used, not {other}: both are set in the shell.")


def _configured(key: str) -> bool:
    return bool(pulumi.runtime.get_config(f"okta:{key}"))
