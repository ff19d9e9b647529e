"""The settings of `okta-idc review`, beside those of the federation in a stack file."""

from typing import Annotated

from pydantic import Field

from okta_idc.settings.errors import SettingsError
from okta_idc.settings.models import LARGEST, WHOLE, Node
from okta_idc.settings.shape import shape_of

REVIEW = "review"


class ReviewSettings(Node):
    """When an update needs an approval, because it affects many people."""

    max_affected: (
        Annotated[int, Field(ge=0, json_schema_extra={"maximum": LARGEST}), WHOLE] | None
    ) = None
    """People whom an update may affect without an approval; if it is missing, any number."""
    approved: str = ""
    """Approval of one update as `okta-idc review` prints it, for example `120-8f2c41d09ab3`."""


def load_review(raw: object, root: str = REVIEW) -> ReviewSettings:
    """The validated settings. Raises SettingsError with every problem; `root` precedes the
    paths."""
    if problems := shape_of(ReviewSettings, raw, root).problems:
        raise SettingsError(problems)
    return ReviewSettings.model_validate(raw)
