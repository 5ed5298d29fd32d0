"""Moto made to answer as AWS does wherever layers are concerned: Lambda, S3 and Signer. In process and as a server.

Plain moto accepts what AWS refuses and answers in shapes that AWS does not have; Terraform then plans for ever, and a
test of ours would pass for the wrong reason. Every patch is one function, and `tests/support_tests` shows for each
that plain moto is still wrong: one that is not needed any more makes its test fail.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from support.moto_faithful import functions, layers, lists, objects, policies, references, settings, signing
from support.moto_faithful.functions import PENDING

__all__ = ["PATCHES", "PENDING", "faithful"]

PATCHES = (
    policies.statement_shape,
    policies.duplicate_statement,
    policies.policy_revision,
    policies.removal,
    lists.filtered,
    lists.listed_by_arn,
    lists.paged,
    lists.fields_that_list_functions_omits,
    layers.request_constraints,
    layers.direct_upload_limit,
    layers.s3_object,
    layers.unzipped_limit,
    layers.version_by_arn,
    layers.delete_is_idempotent,
    references.looked_up_where_the_arn_says,
    references.at_most_five,
    references.no_layer_twice,
    references.same_region,
    references.function_and_layers_limit,
    functions.revision,
    functions.pending,
    settings.kept,
    settings.updated,
    objects.checksums_hold,
    objects.parts_have_checksums,
    objects.checksum_of_parts_counts_them,
    objects.uploads_end,
    signing.jobs,
    signing.signed_layers,
    signing.signed_functions,
)


@contextmanager
def faithful() -> Iterator[None]:
    """Apply all patches, and take them back at the end."""
    with ExitStack() as stack:

        def replace(owner: object, name: str, new: Any) -> None:  # noqa: ANN401 - a method of any signature
            stack.enter_context(patch.object(owner, name, new, create=True))

        for item in PATCHES:
            item(replace)
        stack.callback(PENDING.reset)
        yield
