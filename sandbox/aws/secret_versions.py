"""The staging labels of a secret's versions, where moto differs from AWS Secrets Manager.

Sources: the API reference of PutSecretValue, UpdateSecretVersionStage, DescribeSecret, and
GetSecretValue. A label is at one version. AWSPREVIOUS follows AWSCURRENT. A label moves only if the
caller names the version that has it. Assumed: the messages about the number of labels, an unknown
version, and the removal of AWSCURRENT.
"""

from typing import Any

from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend

from .errors import RefusedError

CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"
MAX_LABELS = 20
_ORIGINAL_PUT = SecretsManagerBackend.put_secret_value
_ORIGINAL_GET = SecretsManagerBackend.get_secret_value


def install() -> None:
    """Make moto move the labels as AWS does."""
    FakeSecret.reset_default_version = _add_current  # type: ignore[method-assign]
    FakeSecret._form_version_ids_to_stages = _stages  # type: ignore[method-assign]
    SecretsManagerBackend.put_secret_value = _put  # type: ignore[method-assign]
    SecretsManagerBackend.get_secret_value = _get  # type: ignore[method-assign]
    SecretsManagerBackend.update_secret_version_stage = _update_stage  # type: ignore[method-assign]


def _holder(secret: Any, label: str) -> str | None:
    return next((key for key, v in secret.versions.items() if label in v["version_stages"]), None)


def _move(secret: Any, label: str, version: str | None) -> None:
    """Remove the label, and attach it to the version, if one is given."""
    holder = _holder(secret, label)
    if holder == version:
        return
    if holder:
        secret.versions[holder]["version_stages"].remove(label)
    if version:
        stages = secret.versions[version]["version_stages"]
        if len(stages) >= MAX_LABELS:
            text = f"A version can have at most {MAX_LABELS} staging labels."
            raise RefusedError("LimitExceededException", text)
        stages.append(label)
    if label == CURRENT:
        _move(secret, PREVIOUS, holder)
        secret.set_default_version_id(version)


def _add_current(self: Any, secret_version: dict[str, Any], version_id: str) -> None:
    """Add a version whose labels include AWSCURRENT."""
    labels = list(secret_version["version_stages"])
    self.versions[version_id] = {**secret_version, "version_stages": []}
    for label in labels:
        _move(self, label, version_id)


def _stages(self: Any) -> dict[str, list[str]]:
    """The versions with labels: DescribeSecret omits the others."""
    return {k: list(v["version_stages"]) for k, v in self.versions.items() if v["version_stages"]}


def _put(
    self: Any, secret_id: str, secret_string: Any, secret_binary: Any, client_request_token: Any,
    version_stages: list[str],
) -> Any:  # fmt: skip
    """The content of a version never changes; the same request again has no effect."""
    secret = self.secrets.get(secret_id)
    held = secret.versions.get(client_request_token) if secret and client_request_token else None
    if held and (held.get("secret_string") or held.get("secret_binary")):
        if held.get("secret_string") != secret_string or held.get("secret_binary") != secret_binary:
            text = (
                f"You can't use ClientRequestToken {client_request_token} because that value is "
                f"already in use for a version of secret {secret.arn}."
            )
            raise RefusedError("ResourceExistsException", text)
        return secret.to_short_dict(include_version_stages=True, version_id=client_request_token)
    return _ORIGINAL_PUT(
        self, secret_id, secret_string, secret_binary, client_request_token, version_stages
    )


def _get(self: Any, secret_id: str, version_id: Any, version_stage: Any) -> Any:
    secret = self.secrets.get(secret_id)
    label = version_stage or ("" if version_id else CURRENT)
    if secret and not version_id and not _holder(secret, label):
        text = f"Secrets Manager can't find the specified secret value for staging label: {label}"
        raise RefusedError("ResourceNotFoundException", text)
    return _ORIGINAL_GET(self, secret_id, version_id, version_stage)


def _update_stage(
    self: Any, secret_id: str, version_stage: str, remove_from_version_id: Any,
    move_to_version_id: Any,
) -> tuple[str, str]:  # fmt: skip
    """Move a label, or refuse the whole request."""
    secret = self.secrets[secret_id]
    for version in (remove_from_version_id, move_to_version_id):
        if version and version not in secret.versions:
            text = f"Secrets Manager can't find the specified secret version: {version}"
            raise RefusedError("ResourceNotFoundException", text)
    holder = _holder(secret, version_stage)
    if holder and holder != move_to_version_id and holder != remove_from_version_id:
        text = (
            "The parameter RemoveFromVersionId can't be empty. "
            if not remove_from_version_id
            else f"Staging label {version_stage} is not attached to {remove_from_version_id}. "
        ) + (
            f"Staging label {version_stage} is currently attached to version {holder}, so you must "
            "explicitly reference that version in RemoveFromVersionId."
        )
        raise RefusedError("InvalidParameterException", text)
    if remove_from_version_id and remove_from_version_id != holder:
        text = f"Staging label {version_stage} is not attached to {remove_from_version_id}."
        raise RefusedError("InvalidParameterException", text)
    if version_stage == CURRENT and not move_to_version_id:
        text = "You can't remove the staging label AWSCURRENT without moving it."
        raise RefusedError("InvalidParameterException", text)
    _move(secret, version_stage, move_to_version_id or None)
    return secret.arn, secret.name
