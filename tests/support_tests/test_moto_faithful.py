"""For each patch: what AWS answers, that ours answers so, and that plain moto does not (else drop the patch)."""

import base64
import hashlib
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import pytest
from moto import mock_aws

from support import lambda_questions as questions
from support import object_questions, signing_questions
from support.lambda_questions import ORGANIZATION, OTHER, OWN, REGION, Account, answer_to, make_zip
from support.moto_faithful import (
    PATCHES,
    PENDING,
    faithful,
    functions,
    layers,
    lists,
    objects,
    policies,
    references,
    settings,
    signing,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """A question to the Lambda API on which plain moto is wrong."""

    patch: Callable[..., None]
    ask: Callable[[Account], object]
    answer: object


LAYER = f"arn:aws:lambda:{REGION}:{OWN}:layer:utils"
FUNCTION = f"arn:aws:lambda:{REGION}:{OWN}:function:f"
BAD_DIGEST = "400 BadDigest: The SHA256 you specified did not match the calculated checksum."
TAKEN = "412 PreconditionFailed: At least one of the pre-conditions you specified did not hold"
INVALID = "400 InvalidParameterValueException: "
STATEMENT = {"Effect": "Allow", "Action": "lambda:GetLayerVersion", "Resource": f"{LAYER}:1"}
GAPS = (
    Gap(
        patch=policies.statement_shape,
        ask=questions.statement,
        answer={"Sid": "one", "Principal": {"AWS": f"arn:aws:iam::{OTHER}:root"}, **STATEMENT},
    ),
    Gap(
        patch=policies.statement_shape,
        ask=questions.statement_of_an_organization,
        answer=[
            {
                "Sid": "one",
                "Principal": "*",
                "Condition": {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}},
                **STATEMENT,
            }
        ],
    ),
    Gap(
        patch=policies.duplicate_statement,
        ask=questions.same_statement_twice,
        answer="409 ResourceConflictException: The statement id (one) provided already exists. "
        "Please provide a new statement id, or remove the existing statement.",
    ),
    Gap(
        patch=policies.policy_revision,
        ask=questions.grant_at_another_revision,
        answer="412 PreconditionFailedException: " + policies.STALE,
    ),
    Gap(patch=policies.removal, ask=questions.revisions_of_a_removal, answer=True),
    Gap(
        patch=layers.request_constraints,
        ask=questions.grant_to_a_user,
        answer=f"400 ValidationException: 1 validation error detected: Value 'arn:aws:iam::{OTHER}:user/somebody' at "
        "'principal' failed to satisfy constraint: Member must satisfy regular expression",
    ),
    Gap(patch=lists.paged, ask=questions.page_through_layers, answer=(2, 1, False)),
    Gap(patch=lists.paged, ask=questions.page_through_versions, answer=[[3, 2], [1]]),
    Gap(patch=lists.paged, ask=questions.more_functions_than_a_page_takes, answer=50),
    Gap(patch=lists.filtered, ask=questions.layers_of_a_runtime, answer=[("utils", 1)]),
    Gap(patch=lists.filtered, ask=questions.versions_of_a_runtime, answer=[1]),
    Gap(patch=lists.filtered, ask=questions.aliases_of_a_version, answer=["at2"]),
    Gap(patch=lists.listed_by_arn, ask=questions.versions_by_the_layers_arn, answer=1),
    Gap(patch=lists.fields_that_list_functions_omits, ask=questions.states_in_a_list, answer=False),
    Gap(
        patch=layers.request_constraints,
        ask=questions.a_description_that_is_too_long,
        answer=f"400 ValidationException: 1 validation error detected: Value '{'x' * 257}' at 'description' failed to "
        "satisfy constraint: Member must have length less than or equal to 256",
    ),
    Gap(
        patch=layers.request_constraints,
        ask=questions.a_layer_name_with_a_dot,
        answer="400 ValidationException: 1 validation error detected: Value 'utils-3.12' at 'layerName' failed to "
        "satisfy constraint: Member must satisfy regular expression",
    ),
    Gap(
        patch=layers.request_constraints,
        ask=questions.a_runtime_that_there_is_not,
        answer="400 ValidationException: 1 validation error detected: Value '['python2.1']' at 'compatibleRuntimes' "
        "failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value",
    ),
    Gap(
        patch=layers.direct_upload_limit,
        ask=questions.direct_upload_of_more_than_50_mib,
        answer="413 RequestEntityTooLargeException: "
        "Request must be smaller than 69905067 bytes for the PublishLayerVersion operation",
    ),
    Gap(
        patch=layers.unzipped_limit,
        ask=questions.more_than_250_mib_unzipped,
        answer=INVALID + "Unzipped size must be smaller than 262144000 bytes",
    ),
    Gap(
        patch=layers.unzipped_limit,
        ask=questions.something_that_is_no_zip,
        answer=INVALID + "Could not unzip uploaded file. Please check your file, then try to upload again.",
    ),
    Gap(
        patch=layers.s3_object,
        ask=questions.an_object_that_is_not_there,
        answer=INVALID + "Error occurred while GetObject. S3 Error Code: NoSuchKey. "
        "S3 Error Message: The specified key does not exist.",
    ),
    Gap(patch=layers.s3_object, ask=questions.an_older_version_of_an_object, answer=True),
    Gap(patch=layers.version_by_arn, ask=questions.a_version_by_its_arn, answer=f"{LAYER}:1"),
    Gap(patch=layers.version_by_arn, ask=questions.a_version_of_another_account, answer=("403", 1)),
    Gap(patch=layers.delete_is_idempotent, ask=questions.delete_what_is_not_there, answer=204),
    Gap(patch=references.looked_up_where_the_arn_says, ask=questions.a_layer_of_another_account, answer=True),
    Gap(
        patch=references.looked_up_where_the_arn_says,
        ask=questions.a_layer_of_another_account_without_a_grant,
        answer="403 AccessDeniedException: User is not authorized to perform: lambda:GetLayerVersion on resource: "
        f"arn:aws:lambda:{REGION}:{OTHER}:layer:utils:1",
    ),
    Gap(
        patch=references.looked_up_where_the_arn_says,
        ask=questions.a_layer_of_another_account_that_was_granted,
        answer=f"arn:aws:lambda:{REGION}:{OTHER}:layer:utils:2",
    ),
    Gap(
        patch=references.looked_up_where_the_arn_says,
        ask=questions.a_deleted_layer_when_the_list_changes,
        answer=INVALID + f"Layer version {LAYER}:1 does not exist.",
    ),
    Gap(
        patch=references.at_most_five, ask=questions.six_layers, answer=INVALID + "Cannot reference more than 5 layers."
    ),
    Gap(
        patch=references.no_layer_twice,
        ask=questions.two_versions_of_one_layer,
        answer=INVALID
        + "Two different versions of the same layer are not allowed to be referenced in the same function.",
    ),
    Gap(
        patch=references.same_region,
        ask=questions.a_layer_of_another_region,
        answer=INVALID + "Layers are not in the same region as the function. "
        f"Layers are expected to be in region {REGION}.",
    ),
    Gap(
        patch=references.function_and_layers_limit,
        ask=questions.code_and_layers_above_the_limit,
        answer=INVALID + "Function code combined with layers exceeds the maximum allowed size of 262144000 bytes. "
        "The actual size is 262144001 bytes.",
    ),
    Gap(
        patch=functions.revision,
        ask=questions.an_update_at_another_revision,
        answer="412 PreconditionFailedException: " + policies.STALE,
    ),
    Gap(patch=functions.revision, ask=questions.revisions_of_a_function, answer=(3, True)),
    Gap(
        patch=functions.pending,
        ask=questions.states_of_a_function,
        answer=("Pending", "Pending", "Active", "InProgress", "InProgress", "Successful"),
    ),
    Gap(
        patch=functions.pending,
        ask=questions.two_updates_at_once,
        answer="409 ResourceConflictException: The operation cannot be performed at this time. "
        f"An update is in progress for resource: {FUNCTION}",
    ),
    Gap(
        patch=settings.kept,
        ask=questions.settings_of_a_function,
        answer=(
            {"LogFormat": "JSON", "LogGroup": "/own", "ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"},
            {"TargetArn": f"arn:aws:sqs:{REGION}:{OWN}:dead"},
            {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"},
        ),
    ),
    Gap(
        patch=settings.kept,
        ask=questions.settings_that_nobody_gave,
        answer=({"LogFormat": "Text", "LogGroup": "/aws/lambda/f"}, False),
    ),
    Gap(
        patch=settings.updated,
        ask=questions.other_settings_of_a_function,
        answer=(1024, f"arn:aws:kms:{REGION}:{OWN}:key/1", "Active", "Text", False),
    ),
    Gap(patch=objects.checksums_hold, ask=object_questions.other_bytes_than_announced, answer=BAD_DIGEST),
    Gap(patch=objects.checksums_hold, ask=object_questions.other_bytes_in_a_part, answer=BAD_DIGEST),
    Gap(
        patch=objects.parts_have_checksums,
        ask=object_questions.checksums_of_parts,
        answer=[objects.sha256(part) for part in object_questions.PARTS],
    ),
    Gap(
        patch=objects.checksum_of_parts_counts_them,
        ask=object_questions.checksum_of_an_object_in_parts,
        answer=objects.sha256(b"".join(hashlib.sha256(part).digest() for part in object_questions.PARTS)) + "-2",
    ),
    Gap(
        patch=objects.uploads_end,
        ask=object_questions.part_of_an_upload_that_is_over,
        answer="404 NoSuchUpload: The specified upload does not exist. The upload ID may be invalid, or the upload may "
        "have been aborted or completed.",
    ),
    Gap(
        patch=signing.jobs,
        ask=signing_questions.what_a_job_wrote,
        answer=("Succeeded", True, b"first", ["python/a.py", signing.MANIFEST]),
    ),
    Gap(patch=signing.jobs, ask=signing_questions.jobs_that_were_started, answer=[True, True]),
    Gap(
        patch=signing.jobs,
        ask=signing_questions.a_job_with_an_unknown_profile,
        answer="404 ResourceNotFoundException: Signing profile no_such_profile was not found.",
    ),
    Gap(
        patch=signing.jobs,
        ask=signing_questions.a_job_with_a_canceled_profile,
        answer="400 ValidationException: Signing profile old is not active.",
    ),
    Gap(
        patch=signing.jobs,
        ask=signing_questions.a_job_of_a_bucket_without_versions,
        answer="400 ValidationException: Versioning is not enabled for the bucket artifacts.",
    ),
    Gap(
        patch=signing.jobs,
        ask=signing_questions.a_job_of_a_version_that_is_not_there,
        answer="400 ValidationException: The object some.zip has no version other in artifacts.",
    ),
    Gap(
        patch=signing.jobs,
        ask=signing_questions.a_job_of_something_that_is_no_zip,
        answer=("Failed", False, "The object is not a valid ZIP file."),
    ),
    Gap(
        patch=signing.jobs,
        ask=signing_questions.a_job_that_nobody_started,
        answer="404 ResourceNotFoundException: The signing job was not found.",
    ),
    Gap(patch=signing.signed_layers, ask=signing_questions.who_signed_a_layer, answer=[(False, False), (True, True)]),
    Gap(
        patch=signing.signed_functions,
        ask=signing_questions.who_signed_a_function,
        answer=[(False, False), (True, True)],
    ),
)


RIGHT: tuple[tuple[Callable[[Account], object], object], ...] = (
    (questions.versions_after_the_newest_was_deleted, f"{LAYER}:3"),
    (
        questions.digest_of_what_was_published,
        base64.b64encode(hashlib.sha256(make_zip(b"some bytes")).digest()).decode(),
    ),
    (questions.layers_of_a_function_after_its_layer_was_deleted, [f"{LAYER}:1"]),
    (questions.two_pages_of_nothing, ([], [])),
    (object_questions.second_object_under_a_condition, TAKEN),
    (object_questions.second_object_in_parts_under_a_condition, TAKEN),
)
"""What plain moto has right already, and we count on."""


@pytest.fixture
def account() -> Iterator[Account]:
    with mock_aws():
        yield Account()
    PENDING.reset()


@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: gap.ask.__name__)
def test_plain_moto_is_wrong(gap: Gap, account: Account) -> None:
    assert answer_to(lambda: gap.ask(account)) != gap.answer, f"moto has mended this: drop {gap.patch.__qualname__}"


@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: gap.ask.__name__)
def test_ours_answers_as_aws_does(gap: Gap, account: Account) -> None:
    with faithful():
        assert answer_to(lambda: gap.ask(account)) == gap.answer


@pytest.mark.parametrize("patches", [nullcontext, faithful], ids=["plain", "ours"])
@pytest.mark.parametrize(("ask", "answer"), RIGHT, ids=lambda value: getattr(value, "__name__", ""))
def test_what_plain_moto_has_right_stays_right(
    ask: Callable[[Account], object], answer: object, patches: Callable[[], Any], account: Account
) -> None:
    with patches():
        assert answer_to(lambda: ask(account)) == answer


def test_every_patch_has_a_gap() -> None:
    assert {gap.patch for gap in GAPS} == set(PATCHES)
