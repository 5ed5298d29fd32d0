"""Fields that people write from other tools and that a function here cannot have: why not, and what to do."""

from typing import Final, NamedTuple


class Refusal(NamedTuple):
    """Why a field cannot be used, and what to do instead."""

    why: str
    hint: str


_IMAGE: Final = Refusal(
    "container images take no layers",
    "put the packages into the image, and keep the function out of the spec; here every function's code is a ZIP",
)
_EDGE: Final = Refusal(
    "Lambda@Edge takes no layers, in `us-east-1` or elsewhere",
    "put everything into the function's own code, and keep it out of the spec",
)
_NAME: Final = Refusal("the key under `functions` is the function's name", "leave it out")
REFUSED: Final = {
    "function_name": _NAME,
    "name": _NAME,
    "package_type": _IMAGE,
    "image": _IMAGE,
    "image_uri": _IMAGE,
    "image_config": _IMAGE,
    "edge": _EDGE,
    "lambda_at_edge": _EDGE,
    "lambda_edge": _EDGE,
}
"""By the names of the fields."""
