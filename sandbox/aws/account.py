"""Sets up the AWS account: moto with the IDs of the org file and the SCIM secret.

Corrects moto at run time (docs/research/aws-provider.md#operations-that-moto-lacks). moto's state
is global, so a process holds one account.
"""

import hashlib
import json
import logging
import os
from datetime import datetime, timedelta
from typing import Any

from ..clock import Clock
from ..org_file import Aws
from ..settings import Settings
from .access_control import AccessControl
from .store import IdentityStore

TOKEN_DAYS = 365  # AWS: a SCIM token is valid for one year


def scim_token(instance: str) -> str:
    """A token as long as AWS's (500 to 620 characters), with a recognizable prefix."""
    digest = "".join(hashlib.sha512(f"{instance}:{n}".encode()).hexdigest() for n in range(4))
    return f"sandbox-scim-{digest}"


def open_account(
    aws: Aws,
    store: IdentityStore,
    access_control: AccessControl,
    secret: dict[str, Any] | None,
    now: datetime,
    clock: Clock,
    settings: Settings,
) -> None:
    """Correct moto and load the org's AWS side. Call before the server starts.

    Without `secret`, Secrets Manager holds no SCIM secret until the user stores a token.
    """
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):  # of the user; moto would look it up
        os.environ.pop(name, None)
    os.environ["MOTO_ACCOUNT_ID"] = aws.account
    # Web pages of other origins must not read the account.
    os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # no access log
    # moto reads the environment variables at import time.
    from moto.secretsmanager.models import secretsmanager_backends

    from . import identitystore, notifications, organization, secret_versions, ssoadmin

    _report_unsupported_operations()
    organization.create_organization(aws)
    stores = [(store, aws.account)]
    if other := aws.account_instance:
        stores.append((IdentityStore(other.identity_store_id, ""), other.account))
    identitystore.install(stores, settings, aws.partition)
    _create_instances(aws, now - timedelta(days=30))
    ssoadmin.install(store, aws, access_control, clock, settings)
    notifications.install()
    _name_secrets_by_arn()
    secret_versions.install()
    if secret is None:
        return
    secrets = secretsmanager_backends[aws.account][aws.region]
    tags = {key: secret[key] for key in ("endpoint", "token_id", "created", "expires")}
    secrets.create_secret(
        name=aws.secret,
        secret_string=json.dumps(secret),
        secret_binary=None,
        replica_regions=[],
        force_overwrite=False,
        description="SCIM endpoint and token of IAM Identity Center",
        tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        kms_key_id=None,
        client_request_token=None,
    )


def scim_secret(aws: Aws, token: str, now: datetime) -> dict[str, Any]:
    """The secret's JSON document; the endpoint ends with a slash, as the AWS console shows it."""
    created = (now - timedelta(days=30)).replace(microsecond=0)
    return {
        "endpoint": f"https://scim.{aws.region}.{aws.partition.api_domain}/{aws.tenant}/scim/v2/",
        "token": token,
        "token_id": hashlib.sha256(token.encode()).hexdigest()[:36],
        "created": created.isoformat(),
        "expires": (created + timedelta(days=TOKEN_DAYS)).isoformat(),
        "schema": 1,
    }


def _create_instances(aws: Aws, created: datetime) -> None:
    """Create the org's instances in its region and remove those that moto creates in others.

    Assumed: AWS does not list the organization's instance first.
    """
    from moto.ssoadmin.models import Instance, SSOAdminBackend, ssoadmin_backends

    if not hasattr(SSOAdminBackend, "sandbox_init"):
        original = SSOAdminBackend.__init__

        def without_instance(self: Any, region_name: str, account_id: str) -> None:
            original(self, region_name, account_id)
            self.instances.clear()

        SSOAdminBackend.sandbox_init = True  # type: ignore[attr-defined]
        SSOAdminBackend.__init__ = without_instance  # type: ignore[method-assign]

    def instance(account: str, ident: str, identity_store: str, name: str) -> Instance:
        new = Instance(account, aws.region)
        new.instance_arn = aws.partition.arn("sso", f"instance/{ident}")
        new.identity_store_id, new.name = identity_store, name
        new.created_date = created.timestamp()  # type: ignore[assignment]
        return new

    instances = [instance(aws.account, aws.instance_id, aws.identity_store_id, "sandbox")]
    if other := aws.account_instance:
        ids = other.instance_id, other.identity_store_id
        instances.insert(0, instance(other.account, *ids, "account-instance"))
    ssoadmin_backends[aws.account][aws.region].instances[:] = instances


def _name_secrets_by_arn() -> None:
    """Make moto's ListSecretVersionIds answer with the ARN of the secret instead of its name."""
    from moto.secretsmanager.models import SecretsManagerBackend

    if hasattr(SecretsManagerBackend, "sandbox_list_secret_version_ids"):
        return
    original = SecretsManagerBackend.list_secret_version_ids

    def list_secret_version_ids(self: SecretsManagerBackend, secret_id: str) -> str:
        answer = json.loads(original(self, secret_id))
        return json.dumps({**answer, "ARN": self.secrets[secret_id].arn})

    SecretsManagerBackend.sandbox_list_secret_version_ids = True  # type: ignore[attr-defined]
    SecretsManagerBackend.list_secret_version_ids = list_secret_version_ids  # type: ignore[method-assign]


def _report_unsupported_operations() -> None:
    """Make moto answer unsupported and failed operations with status 400.

    By default, moto answers with an HTML page and status 500, which SDKs retry for minutes.
    """
    from moto.core.responses import BaseResponse

    from .errors import ENVIRON, UNSUPPORTED, error_answer, protocol

    if hasattr(BaseResponse, "sandbox_call_action"):
        return
    original = BaseResponse.call_action

    def call_action(self: BaseResponse) -> Any:
        try:
            return original(self)
        except Exception as error:  # the caller must get an error that SDKs do not retry
            operation = f"{self.service_name}:{self._get_action()}"
            code, text = UNSUPPORTED, f"The sandbox does not support {operation}."
            if not isinstance(error, NotImplementedError):
                # Only the type: the message could contain a value of the request.
                text = f"The sandbox failed in {operation} ({type(error).__name__})."
                code = "InternalFailure"
            headers, body = error_answer(
                protocol(ENVIRON.get(), str(self.service_name)), code, text
            )
            return 400, headers, body

    BaseResponse.sandbox_call_action = True  # type: ignore[attr-defined]
    BaseResponse.call_action = call_action  # type: ignore[method-assign]
