"""How a validator of ours says what is wrong: as Pydantic's error, with our code and remedy in it."""

from typing import Final

from pydantic_core import PydanticCustomError

KIND: Final = "layerforge"


def problem(code: str, message: str, hint: str | None = None, *, at: tuple[str | int, ...] = ()) -> PydanticCustomError:
    """Return the error to raise. ``at`` leads on from the validated value to the part that is wrong."""
    return PydanticCustomError(KIND, "{message}", {"code": code, "message": message, "hint": hint, "at": at})
