"""The errors that AWS Lambda answers with, and the type that every patch takes."""

from collections.abc import Callable
from typing import Any

from moto.core.exceptions import JsonRESTError

Replace = Callable[[object, str, Any], None]
"""Puts something in an attribute's place until the patches are taken back: owner, name, the new value."""


class LambdaError(JsonRESTError):
    """An error of the Lambda API with any HTTP status."""

    def __init__(self, kind: str, message: str, status: int = 400) -> None:
        super().__init__(kind, message)
        self.code = status


def invalid(message: str) -> LambdaError:
    """Return what Lambda says to a parameter that does not fit the state of things."""
    return LambdaError("InvalidParameterValueException", message)


def not_found(message: str = "The resource you requested does not exist.") -> LambdaError:
    """Return what Lambda says to a name that it does not know."""
    return LambdaError("ResourceNotFoundException", message, 404)
