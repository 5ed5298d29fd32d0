"""Signed layers and code: signed once for each content, published from what was signed; wrong bytes are refused."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from layerforge.names import Delivery
from layerforge.plan.types import Layer
from support import plans
from support.estate import BUCKET, Estate, Step, open_estate, sha256_of, zip_of
from support.moto_faithful.objects import sha256 as checksum
from support.moto_server import Aws
from support.tf import Terraform
from support.trouble import Refusal

pytestmark = [pytest.mark.terraform, pytest.mark.slow]

PROFILES = ("platform", "renewed")
RENEWED = '  signing_profile_name = "renewed"\n'
MOVED = RENEWED + '  artifact_bucket = "other"\n'
PLATFORM = "AWSLambda-SHA384-ECDSA"
CONFIGURATION = "arn:aws:lambda:eu-west-1:123456789012:code-signing-config:csc-0123456789abcdef0"
LARGE = "second" * (1 << 20)
"""Content that Terraform uploads in two parts, for which S3 knows no digest of the whole."""

OTHER = zip_of("not what the lock says")


def _layer(name: str, *, signed: bool = True) -> Layer:
    profile = "platform" if signed else None
    grants = [plans.ORGANIZATION]
    return plans.layer(name, architectures=("arm64",), via=Delivery.S3, grants=grants, signing_profile=profile)


STEADY = _layer("steady")
LATE, LATE_SIGNED = _layer("late", signed=False), _layer("late")
CODE = plans.function(
    "code",
    via=Delivery.S3,
    layers=[STEADY],
    signing_profile="platform",
    runs_with=plans.settings(code_signing=CONFIGURATION),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What a step did, and what AWS held after it.

    Attributes:
        plan: of the step.
        actions: what AWS was asked to change.
        sources: the digest that each job has signed, by the key of its source.
        signers: the place among the jobs of the one that signed each version; ``None`` for an unsigned one.
        digests: of each version, as AWS reports it.
        code: the place of the job that signed the function's code, and the published version that the alias names.
        objects: the keys in each bucket.
    """

    plan: Step
    actions: list[str]
    sources: list[str]
    signers: dict[str, list[int | None]]
    digests: dict[str, list[str]]
    code: tuple[int | None, str] | None
    objects: dict[str, list[str]]


Story = dict[str, Seen]


def _ready(estate: Estate) -> None:
    s3, signer = estate.aws.client("s3"), estate.aws.client("signer")
    s3.create_bucket(Bucket="other", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_versioning(Bucket="other", VersioningConfiguration={"Status": "Enabled"})
    for name in PROFILES:
        signer.put_signing_profile(profileName=name, platformId=PLATFORM)


def _look(estate: Estate, plan: Step, *, gone: bool = False) -> Seen:
    actions = estate.aws.log.actions()
    api, signer = estate.aws.client("lambda"), estate.aws.client("signer")
    jobs = signer.list_signing_jobs()["jobs"]
    order = {job["jobId"]: number for number, job in enumerate(jobs)}

    def signed_by(answer: dict[str, str]) -> int | None:
        return order[answer["SigningJobArn"].rsplit("/", 1)[1]] if "SigningJobArn" in answer else None

    signers = {}
    for layer in (STEADY, LATE):
        name = layer.units[0].aws_name
        contents = [
            api.get_layer_version(LayerName=name, VersionNumber=number)["Content"]
            for number in estate.versions(layer.units[0])
        ]
        signers[str(layer.name)] = [signed_by(content) for content in contents]
    code = None
    if not gone:
        live = api.get_function_configuration(FunctionName="code", Qualifier="live")
        code = (signed_by(live), live["Version"])
    return Seen(
        plan=plan,
        actions=actions,
        sources=[job["source"]["s3"]["key"] for job in jobs],
        signers=signers,
        digests={str(layer.name): list(estate.versions(layer.units[0]).values()) for layer in (STEADY, LATE)},
        code=code,
        objects={name: _keys(estate, name) for name in (BUCKET, "other")},
    )


def _keys(estate: Estate, bucket: str) -> list[str]:
    return [item["Key"] for item in estate.aws.client("s3").list_objects_v2(Bucket=bucket).get("Contents", ())]


def _tell(estate: Estate) -> Iterator[tuple[str, Seen]]:
    _ready(estate)

    def step(*layers: Layer, arguments: str = "", build: bool = True) -> Seen:
        given = dict.fromkeys(("steady", "late", "code"), arguments)
        if LATE in layers:
            given["late"] = ""
        estate.emit(layers, functions=[CODE], arguments=given)
        if build:
            estate.build((*layers, CODE))
        planned = estate.plan()
        estate.aws.log.clear()
        if planned.status == 2:
            estate.build((*layers, CODE))
            estate.apply()
        return _look(estate, planned)

    yield "published", step(STEADY, LATE, build=False)
    yield "renewed and moved", step(STEADY, LATE, arguments=MOVED)
    estate.seeds |= {"steady/python312-arm64": LARGE, "code/code": "second"}
    yield "changed", step(STEADY, LATE_SIGNED, arguments=MOVED)
    yield "planned after the change", step(STEADY, LATE_SIGNED, arguments=MOVED)
    yield "unsigned", step(STEADY, LATE, arguments=MOVED)
    destroyed = estate.plan("-destroy")
    estate.apply()
    yield "destroyed", _look(estate, destroyed, gone=True)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, terraform: Terraform, aws_server: Aws) -> Story:
    folder = tmp_path_factory.mktemp("estate")
    return dict(_tell(open_estate(folder, terraform, aws_server)))


def _key(name: str, seed: str) -> str:
    unit = "code" if name == "code" else "python312-arm64"
    return f"layers/{name}/{unit}/{sha256_of(zip_of(seed))}.zip"


FIRST = [_key("code", "code/code"), _key("steady", "steady/python312-arm64")]
SECOND = [_key("code", "second"), _key("late", "late/python312-arm64"), _key("steady", LARGE)]


def test_each_zip_is_signed_once_and_published_from_what_was_signed(story: Story) -> None:
    seen = story["published"]
    assert sorted(seen.sources) == FIRST
    assert seen.signers == {"steady": [seen.sources.index(FIRST[1])], "late": [None]}
    assert seen.code == (seen.sources.index(FIRST[0]), "1")
    assert seen.actions.index("StartSigningJob") > seen.actions.index("PutObject")
    assert seen.actions.index("CreateFunction") > seen.actions.index("PublishLayerVersion")


def test_signing_changes_the_bytes(story: Story) -> None:
    seen = story["published"]
    assert seen.digests["late"] == [sha256_of(zip_of("late/python312-arm64"))]
    assert seen.digests["steady"] != [sha256_of(zip_of("steady/python312-arm64"))]


def test_another_profile_and_another_bucket_sign_and_publish_nothing(story: Story) -> None:
    seen = story["renewed and moved"]
    assert seen.plan.changes == {
        ("replace", 'module.code.aws_s3_object.artifact["code"]'),
        ("replace", 'module.steady.aws_s3_object.artifact["python312-arm64"]'),
    }
    assert sorted(seen.actions) == ["DeleteObject"] * 2 + ["PutObject"] * 2


def test_new_content_and_the_first_signature_are_one_job_and_one_version_each(story: Story) -> None:
    before, seen = story["renewed and moved"], story["changed"]
    assert sorted(seen.sources[len(before.sources) :]) == SECOND
    place = {key: seen.sources.index(key) for key in SECOND}
    assert seen.signers["steady"] == [*before.signers["steady"], place[SECOND[2]]]
    assert seen.signers["late"] == [None, place[SECOND[1]]]
    assert seen.code == (place[SECOND[0]], "2")
    assert seen.actions.count("PublishLayerVersion") == seen.actions.count("AddLayerVersionPermission") == 2
    assert seen.actions.count("CompleteMultipartUpload") == 1
    assert seen.actions.count("DeleteObject") == 3
    assert seen.actions.index("DeleteObject") > seen.actions.index("PublishLayerVersion")


def test_then_there_is_nothing_to_do(story: Story) -> None:
    seen = story["planned after the change"]
    assert (seen.plan.status, seen.plan.changes, seen.actions) == (0, set(), [])


def test_a_layer_that_is_signed_no_longer_is_published_as_the_lock_has_it(story: Story) -> None:
    seen = story["unsigned"]
    assert seen.sources == story["changed"].sources
    assert seen.signers["late"][2:] == [None]
    assert seen.digests["late"][2] == sha256_of(zip_of("late/python312-arm64"))


def test_destroying_leaves_versions_jobs_and_signed_objects(story: Story) -> None:
    seen = story["destroyed"]
    assert (seen.sources, seen.digests) == (story["unsigned"].sources, story["unsigned"].digests)
    assert set(seen.actions) == {"DeleteAlias", "DeleteFunction", "DeleteLogGroup", "DeleteObject", "DeleteParameter"}
    left = [key for keys in seen.objects.values() for key in keys]
    assert sorted(f"{key.rpartition('/')[0]}.zip".replace("layers-signed/", "layers/") for key in left) == sorted(
        seen.sources
    )
    assert len([key for key in seen.objects["other"] if key.startswith("layers-signed/")]) == len(SECOND)


OVERWRITTEN, EXCHANGED, VERSIONLESS = (_layer(name) for name in ("overwritten", "exchanged", "versionless"))
REFUSED = (OVERWRITTEN, EXCHANGED, VERSIONLESS)


def _meddle(estate: Estate) -> None:
    """Overwrite one object as soon as it is there, and one signed object before it is published."""
    s3 = estate.aws.client("s3")

    def put(layer: Layer, start: str) -> None:
        found = s3.list_objects_v2(Bucket=BUCKET, Prefix=f"{start}/{layer.name}/").get("Contents", ())
        for item in found:
            s3.put_object(Bucket=BUCKET, Key=item["Key"], Body=OTHER, ChecksumAlgorithm="SHA256")

    estate.aws.trouble.refusals += [
        Refusal(action="HeadObject", before=lambda: put(OVERWRITTEN, "layers")),
        Refusal(action="PublishLayerVersion", before=lambda: put(EXCHANGED, "layers-signed")),
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """What was refused, what had been asked of AWS by then, and what the steps that the messages name do."""

    applied: Step
    actions: list[str]
    planned: Step
    mended: Step
    versions: dict[str, dict[int, str]]
    left: Step


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory, terraform: Terraform, aws_server: Aws) -> Refused:
    estate = open_estate(tmp_path_factory.mktemp("refused"), terraform, aws_server)
    _ready(estate)
    s3 = estate.aws.client("s3")
    s3.create_bucket(Bucket="plain", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    estate.emit(REFUSED, arguments={"versionless": '  artifact_bucket = "plain"\n'})
    estate.build(REFUSED)
    estate.plan()
    _meddle(estate)
    applied = estate.apply(ok=(1,))
    actions = estate.aws.log.actions()
    estate.aws.trouble.clear()
    planned = estate.plan(ok=(1,))

    s3.delete_object(Bucket=BUCKET, Key=estate.key(OVERWRITTEN.units[0]))
    s3.put_bucket_versioning(Bucket="plain", VersioningConfiguration={"Status": "Enabled"})
    s3.delete_object(Bucket="plain", Key=estate.key(VERSIONLESS.units[0]))
    estate.plan(f"-replace={_job(estate)}")
    mended = estate.apply()
    versions = {str(layer.name): estate.versions(layer.units[0]) for layer in REFUSED}
    return Refused(
        applied=applied, actions=actions, planned=planned, mended=mended, versions=versions, left=estate.plan()
    )


def _job(estate: Estate) -> str:
    digest = sha256_of(estate.data(EXCHANGED.units[0]))
    return f'module.exchanged.aws_signer_signing_job.artifact["python312-arm64/{digest}"]'


def _said(step: Step, about: str) -> list[str]:
    return [error for error in step.errors if f"/{about}/" in error or f":{about}-" in error]


def test_bytes_that_are_not_the_locks_are_not_signed(refused: Refused) -> None:
    key = _key("overwritten", "overwritten/python312-arm64")
    right = zip_of("overwritten/python312-arm64")
    (error,) = _said(refused.applied, "overwritten")
    assert error == (
        f": s3://{BUCKET}/{key} holds other bytes than the lock says: S3 says {checksum(OTHER)}, the lock "
        f"{checksum(right)}, which is sha256 {sha256_of(right)} in base64. Nothing new is signed. Find out who put it "
        "there, delete it, then run terraform apply again: it uploads the right one."
    )
    assert _said(refused.planned, "overwritten") == [error]


def test_a_bucket_has_to_keep_versions(refused: Refused) -> None:
    (error,) = _said(refused.applied, "versionless")
    assert error == (
        f": s3://plain/{_key('versionless', 'versionless/python312-arm64')} has no version, and AWS Signer signs one "
        "version of an object. Turn on the versioning of the bucket, delete the object, then run terraform apply again."
    )


def test_a_layer_that_comes_back_unsigned_is_refused(refused: Refused) -> None:
    arn = "arn:aws:lambda:eu-west-1:123456789012:layer:exchanged-python312-arm64:1"
    (error,) = _said(refused.applied, "exchanged")
    address, _, words = error.partition(": ")
    assert address == ""
    assert words.startswith(f"{arn} is not what the signing job ")
    digest = sha256_of(zip_of("exchanged/python312-arm64"))
    assert words.partition(" has signed: ")[2] == (
        "AWS says that nobody signed it. Sign it anew: terraform apply -replace='ADDRESS', where ADDRESS is that of "
        f'the job and ends in aws_signer_signing_job.artifact["python312-arm64/{digest}"].'
    )
    assert _said(refused.planned, "exchanged") == [error]


def test_only_what_is_right_was_signed(refused: Refused) -> None:
    assert refused.actions.count("StartSigningJob") == refused.actions.count("PublishLayerVersion") == 1


def test_what_was_refused_is_mended_as_the_messages_say(refused: Refused) -> None:
    numbers = {name: sorted(versions) for name, versions in refused.versions.items()}
    assert numbers == {"overwritten": [1], "exchanged": [1, 2], "versionless": [1]}
    assert refused.versions["exchanged"][1] == sha256_of(OTHER)
    assert (refused.left.status, refused.left.changes) == (0, set())
