"""Questions to the Lambda API, each of an empty account, and what asks them."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
from botocore.exceptions import ClientError

from support.moto_faithful import PENDING

REGION = "eu-west-1"
OWN, OTHER = "123456789012", "111122223333"
ORGANIZATION = "o-abc123def4"


def make_zip(content: bytes = b"", *, deflated: bool = False) -> bytes:
    """Return a ZIP of one member, the same for the same content; as large as it unless ``deflated``."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        method = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
        archive.writestr(zipfile.ZipInfo("python/a.py"), content, method, compresslevel=1)
    return buffer.getvalue()


SESSION = boto3.Session(region_name=REGION, aws_access_key_id="testing", aws_secret_access_key="testing")
client: Callable[[str], Any] = cache(SESSION.client)  # loading a service's model costs more than a question


class Account:
    """One AWS account with what the questions below need."""

    def __init__(self, account: str = OWN) -> None:
        if account == OWN:
            self.api = client("lambda")
            return
        role = f"arn:aws:iam::{account}:role/other"
        keys = client("sts").assume_role(RoleArn=role, RoleSessionName="other")["Credentials"]
        self.api = SESSION.client(
            "lambda",
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )

    def publish(self, name: str = "utils", **more: object) -> str:
        arguments = {"LayerName": name, "Content": {"ZipFile": make_zip()}, **more}
        arn: str = self.api.publish_layer_version(**arguments)["LayerVersionArn"]
        return arn

    def grant(self, statement: str = "one", principal: str = OTHER, **more: object) -> dict[str, Any]:
        arguments = {"LayerName": "utils", "VersionNumber": 1, "Action": "lambda:GetLayerVersion", **more}
        answer: dict[str, Any] = self.api.add_layer_version_permission(
            StatementId=statement, Principal=principal, **arguments
        )
        return answer

    def function(
        self, name: str = "f", *, layers: tuple[str, ...] = (), code: bytes | None = None, **more: object
    ) -> dict[str, Any]:
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        role = client("iam").create_role(RoleName=f"role-{name}", AssumeRolePolicyDocument=trust)
        answer: dict[str, Any] = self.api.create_function(
            FunctionName=name,
            Role=role["Role"]["Arn"],
            Runtime="python3.12",
            Handler="a.b",
            Code={"ZipFile": code or make_zip()},
            Layers=list(layers),
            **more,
        )
        return answer

    def bucket(self, *contents: bytes) -> list[str]:
        s3 = client("s3")
        s3.create_bucket(Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_versioning(Bucket="artifacts", VersioningConfiguration={"Status": "Enabled"})
        return [s3.put_object(Bucket="artifacts", Key="a.zip", Body=body)["VersionId"] for body in contents]


def statement(account: Account) -> object:
    account.publish()
    return json.loads(account.grant()["Statement"])


def statement_of_an_organization(account: Account) -> object:
    account.publish()
    account.grant(principal="*", OrganizationId=ORGANIZATION)
    return json.loads(account.api.get_layer_version_policy(LayerName="utils", VersionNumber=1)["Policy"])["Statement"]


def same_statement_twice(account: Account) -> object:
    account.publish()
    account.grant("one")
    return account.grant("one", "444455556666")


def grant_at_another_revision(account: Account) -> object:
    account.publish()
    account.grant("one")
    return account.grant("two", "*", RevisionId="not-this-one")


def revisions_of_a_removal(account: Account) -> object:
    account.publish()
    account.grant("one")
    before = account.grant("two", "*")["RevisionId"]
    removal = {"LayerName": "utils", "VersionNumber": 1, "StatementId": "one"}
    account.api.remove_layer_version_permission(**removal, RevisionId=before)
    after = account.api.get_layer_version_policy(LayerName="utils", VersionNumber=1)["RevisionId"]
    return before != after


def grant_to_a_user(account: Account) -> object:
    account.publish()
    return account.grant(principal=f"arn:aws:iam::{OTHER}:user/somebody")


def page_through_layers(account: Account) -> object:
    for number in range(3):
        account.publish(f"layer-{number}")
    first = account.api.list_layers(MaxItems=2)
    second = account.api.list_layers(MaxItems=2, Marker=first.get("NextMarker", "0"))
    return len(first["Layers"]), len(second["Layers"]), "NextMarker" in second


def page_through_versions(account: Account) -> object:
    for _ in range(3):
        account.publish()
    paginator = account.api.get_paginator("list_layer_versions")
    pages = paginator.paginate(LayerName="utils", PaginationConfig={"PageSize": 2})
    return [[item["Version"] for item in page["LayerVersions"]] for page in pages]


def more_functions_than_a_page_takes(account: Account) -> object:
    for number in range(51):
        account.function(f"f{number}")
    return len(account.api.list_functions(MaxItems=10000)["Functions"])


def layers_of_a_runtime(account: Account) -> object:
    account.publish(CompatibleRuntimes=["python3.12"], CompatibleArchitectures=["arm64"])
    account.publish(CompatibleRuntimes=["python3.13"], CompatibleArchitectures=["arm64"])
    account.publish("other", CompatibleRuntimes=["python3.12"], CompatibleArchitectures=["x86_64"])
    found = account.api.list_layers(CompatibleRuntime="python3.12", CompatibleArchitecture="arm64")["Layers"]
    return [(item["LayerName"], item["LatestMatchingVersion"]["Version"]) for item in found]


def versions_of_a_runtime(account: Account) -> object:
    account.publish(CompatibleRuntimes=["python3.12"])
    account.publish(CompatibleRuntimes=["python3.13"])
    found = account.api.list_layer_versions(LayerName="utils", CompatibleRuntime="python3.12")["LayerVersions"]
    return [item["Version"] for item in found]


def versions_by_the_layers_arn(account: Account) -> object:
    arn = account.publish().rsplit(":", 1)[0]
    return len(account.api.list_layer_versions(LayerName=arn)["LayerVersions"])


def aliases_of_a_version(account: Account) -> object:
    account.function()
    account.api.publish_version(FunctionName="f")
    account.api.update_function_configuration(FunctionName="f", MemorySize=256)
    account.api.publish_version(FunctionName="f")
    for version in ("1", "2"):
        account.api.create_alias(FunctionName="f", Name=f"at{version}", FunctionVersion=version)
    return [item["Name"] for item in account.api.list_aliases(FunctionName="f", FunctionVersion="2")["Aliases"]]


def states_in_a_list(account: Account) -> object:
    account.function()
    return "State" in account.api.list_functions()["Functions"][0]


def a_description_that_is_too_long(account: Account) -> object:
    return account.publish(Description="x" * 257)


def a_layer_name_with_a_dot(account: Account) -> object:
    return account.publish("utils-3.12")


def a_runtime_that_there_is_not(account: Account) -> object:
    return account.publish(CompatibleRuntimes=["python2.1"])


def direct_upload_of_more_than_50_mib(account: Account) -> object:
    return account.publish(Content={"ZipFile": make_zip(bytes(50 * 1024 * 1024))})


def more_than_250_mib_unzipped(account: Account) -> object:
    large = make_zip(bytes(262_144_001), deflated=True)
    return account.publish(Content={"ZipFile": large})


def something_that_is_no_zip(account: Account) -> object:
    return account.publish(Content={"ZipFile": b"<html>"})


def an_object_that_is_not_there(account: Account) -> object:
    account.bucket()
    return account.publish(Content={"S3Bucket": "artifacts", "S3Key": "a.zip"})


def an_older_version_of_an_object(account: Account) -> object:
    older, _newer = account.bucket(make_zip(b"older"), make_zip(b"the newer one"))
    content = {"S3Bucket": "artifacts", "S3Key": "a.zip", "S3ObjectVersion": older}
    published = account.api.publish_layer_version(LayerName="utils", Content=content)
    return published["Content"]["CodeSize"] == len(make_zip(b"older"))


def a_version_by_its_arn(account: Account) -> object:
    arn = account.publish()
    return account.api.get_layer_version_by_arn(Arn=arn)["LayerVersionArn"]


def a_version_of_another_account(account: Account) -> object:
    other = Account(OTHER)
    arn = other.publish()
    refused = answer_to(lambda: account.api.get_layer_version_by_arn(Arn=arn))
    other.grant(principal=OWN)
    return str(refused)[:3], account.api.get_layer_version_by_arn(Arn=arn)["Version"]


def delete_what_is_not_there(account: Account) -> object:
    answer = account.api.delete_layer_version(LayerName="never", VersionNumber=7)
    return answer["ResponseMetadata"]["HTTPStatusCode"]


def a_layer_of_another_account(account: Account) -> object:
    own = account.publish()
    account.publish("only-here")
    foreign = own.replace(OWN, OTHER)
    return account.function(layers=(foreign,))["Layers"][0]["Arn"] == foreign


def a_layer_of_another_account_without_a_grant(account: Account) -> object:
    other = Account(OTHER)
    arn = other.publish()
    account.publish()
    return account.function(layers=(arn,))


def a_layer_of_another_account_that_was_granted(account: Account) -> object:
    other = Account(OTHER)
    other.publish()
    arn = other.publish(Content={"ZipFile": make_zip(b"of the other account")})
    other.grant(principal="*", OrganizationId=ORGANIZATION, VersionNumber=2)
    return account.function(layers=(arn,))["Layers"][0]["Arn"]


def a_deleted_layer_when_the_list_changes(account: Account) -> object:
    deleted, other = account.publish(), account.publish("other")
    account.function(layers=(deleted,))
    account.api.delete_layer_version(LayerName="utils", VersionNumber=1)
    return account.api.update_function_configuration(FunctionName="f", Layers=[deleted, other])


def six_layers(account: Account) -> object:
    return account.function(layers=tuple(account.publish(f"layer-{number}") for number in range(6)))


def two_versions_of_one_layer(account: Account) -> object:
    return account.function(layers=(account.publish(), account.publish()))


def a_layer_of_another_region(account: Account) -> object:
    arn = account.publish()
    return account.function(layers=(arn.replace(REGION, "us-east-1"),))


def code_and_layers_above_the_limit(account: Account) -> object:
    large = make_zip(bytes(262_144_000), deflated=True)
    account.function(code=make_zip(b"1"))
    arn = account.publish(Content={"ZipFile": large})
    return account.api.update_function_configuration(FunctionName="f", Layers=[arn])


def an_update_at_another_revision(account: Account) -> object:
    account.function()
    return account.api.update_function_configuration(FunctionName="f", MemorySize=256, RevisionId="not-this-one")


def revisions_of_a_function(account: Account) -> object:
    first = account.function()["RevisionId"]
    second = account.api.update_function_configuration(FunctionName="f", MemorySize=256, RevisionId=first)["RevisionId"]
    third = account.api.update_function_code(FunctionName="f", ZipFile=make_zip(b"2"), RevisionId=second)["RevisionId"]
    return len({first, second, third}), account.api.get_function_configuration(FunctionName="f")["RevisionId"] == third


def states_of_a_function(account: Account) -> object:
    PENDING.looks = 1
    created = account.function()["State"]
    seen = [account.api.get_function_configuration(FunctionName="f")["State"] for _ in range(2)]
    updated = account.api.update_function_configuration(FunctionName="f", MemorySize=256)["LastUpdateStatus"]
    later = [account.api.get_function(FunctionName="f")["Configuration"]["LastUpdateStatus"] for _ in range(2)]
    return created, *seen, updated, *later


def two_updates_at_once(account: Account) -> object:
    account.function()
    PENDING.looks = 1
    account.api.update_function_configuration(FunctionName="f", MemorySize=256)
    return account.api.update_function_configuration(FunctionName="f", MemorySize=512)


def versions_after_the_newest_was_deleted(account: Account) -> object:
    for _ in range(2):
        account.publish()
    account.api.delete_layer_version(LayerName="utils", VersionNumber=2)
    account.api.delete_layer_version(LayerName="utils", VersionNumber=1)
    return account.publish()


def digest_of_what_was_published(account: Account) -> object:
    answer = account.api.publish_layer_version(LayerName="utils", Content={"ZipFile": make_zip(b"some bytes")})
    return answer["Content"]["CodeSha256"]


def layers_of_a_function_after_its_layer_was_deleted(account: Account) -> object:
    account.function(layers=(account.publish(),))
    account.api.delete_layer_version(LayerName="utils", VersionNumber=1)
    account.api.update_function_configuration(FunctionName="f", MemorySize=256)
    return [layer["Arn"] for layer in account.api.get_function_configuration(FunctionName="f")["Layers"]]


def two_pages_of_nothing(account: Account) -> object:
    return account.api.list_layers()["Layers"], account.api.list_layer_versions(LayerName="utils")["LayerVersions"]


SETTINGS = {
    "LoggingConfig": {"LogFormat": "JSON", "LogGroup": "/own"},
    "DeadLetterConfig": {"TargetArn": f"arn:aws:sqs:{REGION}:{OWN}:dead"},
    "SnapStart": {"ApplyOn": "PublishedVersions"},
}


def settings_of_a_function(account: Account) -> object:
    account.function(**SETTINGS)
    seen = account.api.get_function_configuration(FunctionName="f")
    return tuple(seen.get(name) for name in SETTINGS)


def settings_that_nobody_gave(account: Account) -> object:
    account.function()
    seen = account.api.get_function_configuration(FunctionName="f")
    return seen.get("LoggingConfig"), "DeadLetterConfig" in seen


def other_settings_of_a_function(account: Account) -> object:
    account.function(**SETTINGS)
    account.api.update_function_configuration(
        FunctionName="f",
        EphemeralStorage={"Size": 1024},
        KMSKeyArn=f"arn:aws:kms:{REGION}:{OWN}:key/1",
        TracingConfig={"Mode": "Active"},
        LoggingConfig={"LogFormat": "Text"},
        DeadLetterConfig={"TargetArn": ""},
    )
    seen = account.api.get_function_configuration(FunctionName="f")
    return (
        seen["EphemeralStorage"]["Size"],
        seen.get("KMSKeyArn"),
        seen["TracingConfig"]["Mode"],
        seen.get("LoggingConfig", {}).get("LogFormat"),
        "DeadLetterConfig" in seen,
    )


def answer_to(ask: Callable[[], object]) -> object:
    """Return the answer to a question, or the refusal as one line: status, code and message."""
    try:
        return ask()
    except ClientError as error:
        said, status = error.response["Error"], error.response["ResponseMetadata"]["HTTPStatusCode"]
        message = re.split(" (?:pattern|set): ", said["Message"])[0]  # the rest differs between versions of botocore
        return f"{status} {said['Code']}: {message}"
    except (KeyError, NotImplementedError, TypeError, ValueError) as error:  # moto's own failures, in process
        return f"plain moto fails: {error!r}"
