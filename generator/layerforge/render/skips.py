"""Comments that tell checkov which checks do not apply, in every resource of a text."""

import re
from collections.abc import Sequence
from typing import Final

from layerforge.plan.types import Skip

_RESOURCE: Final = re.compile(r'^resource "[^"\n]+" "[^"\n]+" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)


def with_skips(text: str, skips: Sequence[Skip]) -> str:
    """Return a Terraform text with a comment for each skip at the beginning of each resource.

    A check that the resource skips already, for a reason of the template's, keeps that one.
    """

    def commented(block: re.Match[str]) -> str:
        body = block[1]
        comments = "".join(
            f"  # checkov:skip={skip.id}: {skip.reason}\n" for skip in skips if f"checkov:skip={skip.id}:" not in body
        )
        start = block.start(1) - block.start()
        return block[0][:start] + comments + block[0][start:]

    return _RESOURCE.sub(commented, text) if skips else text
