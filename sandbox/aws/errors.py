"""Error answers in the format of AWS's JSON protocols."""

import json

from moto.core.exceptions import AWSError


class RefusedError(AWSError):
    """Status 400 with the error code `kind`; `extra` holds further members of the error."""

    code = 400

    def __init__(self, kind: str, message: str, **extra: str) -> None:
        super(AWSError, self).__init__(error_type=kind, message=message)
        self.description = json.dumps({"__type": kind, "Message": message, **extra})
        self.content_type = "application/x-amz-json-1.1"
