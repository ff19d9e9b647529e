"""Compares the user attributes that expressions refer to with the org's user schema.

Reads the schema only if an expression refers to an attribute that not every org has: at most one
call in a run, and one more for each further user type if the default one lacks an attribute. No
lookup of the provider returns it
(docs/decisions/0023-check-expressions-against-the-org.md).
"""

from collections.abc import Iterable, Sequence

import pulumi
from pulumi import Output, Resource

from okta_idc.clients.okta import OktaError
from okta_idc.clients.okta_auth import CredentialsError
from okta_idc.clients.user_schema import other_schemas, read_attributes
from okta_idc.rules import Finding
from okta_idc.rules.profile_references import (
    ExpressionAndSchema,
    custom_attributes_in,
    known_reference,
)
from okta_idc.rules.registry import shortened
from okta_idc.settings import Settings
from okta_idc.settings.expressions import DeclaredExpression, expressions

from .._clients import okta_client
from .._errors import ValidationError, caught, raise_found


def check_attributes(parent: Resource, settings: Settings) -> Output[ValidationError | None]:
    """A ValidationError for each expression with an attribute that no user type has (OIC-414).
    Warns once if the schema cannot be read."""
    used = {
        each: custom
        for each in expressions(settings)
        if (custom := custom_attributes_in(each.text, username_format=each.username_format))
    }
    if not used:
        return Output.from_input(None)
    names = sorted({f"user.{name}" for custom in used.values() for name in custom})
    return Output.from_input(_check(parent, [*used], names))


async def _check(
    parent: Resource, used: Sequence[DeclaredExpression], names: Sequence[str]
) -> ValidationError | None:
    try:
        okta = okta_client(parent)
        known = await read_attributes(okta)
        names = [name for name in names if name.removeprefix("user.") not in known]
        if names:
            for schema in await other_schemas(okta):
                known |= await read_attributes(okta, schema)
    except (OktaError, CredentialsError) as error:
        pulumi.log.warn(
            f"unknown: whether the org has {shortened(names)}. {error} Needs okta.schemas.read and "
            "okta.userTypes.read, and an admin role that can see user profiles.",
            parent,
        )
        return None
    return caught(raise_found)(_findings(used, known))


def _findings(
    used: Iterable[DeclaredExpression], known: frozenset[str]
) -> list[tuple[str, list[Finding]]]:
    subjects = (
        (each.path, ExpressionAndSchema(each.text, known, each.username_format)) for each in used
    )
    return [(path, known_reference(subject)) for path, subject in subjects]
