"""What an apply will do, for every kind of change: all that is said of it, and what is not said."""

from collections.abc import Mapping
from dataclasses import replace

from layerforge.foresee.types import Subject
from layerforge.names import Delivery, Split
from layerforge.plan.fleet_types import Plan, Region, RegionState
from layerforge.plan.function_types import Function, Logs
from layerforge.plan.types import Layer
from support import plans
from support.foreseen import foretold, lines, texts_of

OLD, NEW, FIRST = (plans.sha256(f"zip of {seed}")[:8] for seed in ("tools/python312-arm64", "new", "app/code"))
OTHER = plans.sha256("zip of tools/python312-x86-64")[:8]
ROLE = "arn:aws:iam::111122223333:role/own"
WORDS = plans.layer("words", split=Split.NONE)
TOOLS = plans.layer("tools", ssm="/layers/tools", grants=[plans.ORGANIZATION])
APP = plans.function("app", layers=[TOOLS, WORDS])
STORED = plans.layer("tools", via=Delivery.S3)


def fleet(*layers: Layer, functions: tuple[Function, ...] = (APP,), regions: tuple[str | Region, ...] = ()) -> Plan:
    return plans.plan(*layers, fleets=[plans.fleet(*functions, regions=regions)])


def said(
    before: Plan, after: Plan, changed: Mapping[str, str] | None = None, was: Mapping[str, str] | None = None
) -> list[str]:
    return lines(foretold(texts_of(before, was), after, changed))


def alone(before: Layer, after: Layer, changed: Mapping[str, str] | None = None) -> list[str]:
    return said(plans.plan(before), plans.plan(after), changed)


def runs(before: Function, after: Function, changed: Mapping[str, str] | None = None) -> list[str]:
    """Return what is said of a function without layers."""
    return [
        line for line in said(fleet(functions=(before,)), fleet(functions=(after,)), changed) if line.startswith("app:")
    ]


def test_nothing_is_one_line() -> None:
    effects = foretold(texts_of(fleet(TOOLS, WORDS)), fleet(TOOLS, WORDS))
    assert effects.affected == ()
    assert effects.untouched == {Subject.LAYER: 2, Subject.FUNCTION: 1}


def test_a_new_layer_is_published_with_its_grants() -> None:
    assert said(plans.plan(WORDS), plans.plan(WORDS, TOOLS)) == [
        "tools: new layer: `tools-python312-x86-64`, `tools-python312-arm64` are published, with 1 grant",
        "nothing for 1 layer",
    ]
    pushed = plans.layer("late", split=Split.NONE, via=Delivery.PUSHED)
    assert said(plans.plan(WORDS), plans.plan(WORDS, pushed))[0] == (
        "late: new layer: `late` is published; `layerforge push` comes first"
    )


def test_new_content_is_a_new_version_of_its_unit_and_functions_follow() -> None:
    assert said(fleet(TOOLS, WORDS), fleet(TOOLS, WORDS), {"tools/python312-arm64": "new"}) == [
        f"tools/python312-arm64: new version: content {OLD} → {NEW}, 2.1 kB",
        "app: takes the new version of `tools`",
        "app: a version of the function is published and `live` moves to it",
        "nothing for 1 layer",
    ]


def test_a_function_on_another_architecture_does_not_follow() -> None:
    assert said(fleet(TOOLS, WORDS), fleet(TOOLS, WORDS), {"tools/python312-x86-64": "new"})[1:] == [
        "nothing for 1 layer, 1 function"
    ]


def test_new_content_through_s3_deletes_the_old_object_and_what_is_pushed_has_to_be_there() -> None:
    assert alone(STORED, STORED, {"tools/python312-arm64": "new"}) == [
        (
            f"tools/python312-arm64: new version: content {OLD} → {NEW}, 2.1 kB; the old object is deleted, with all "
            "its versions"
        )
    ]
    pushed = plans.layer("tools", via=Delivery.PUSHED)
    assert alone(pushed, pushed, {"tools/python312-arm64": "new"}) == [
        f"tools/python312-arm64: new version: content {OLD} → {NEW}, 2.1 kB; `layerforge push` comes first"
    ]


def test_words_wait_for_the_next_content_or_go_with_it() -> None:
    reworded = replace(TOOLS, description="Other words", license="MIT")
    assert alone(TOOLS, reworded) == ["tools: the new description and license wait for the next content"]
    assert alone(TOOLS, replace(TOOLS, description="")) == ["tools: the new description waits for the next content"]
    assert alone(TOOLS, reworded, {"tools/python312-arm64": "new"}) == [
        f"tools/python312-arm64: new version: content {OLD} → {NEW}, 2.1 kB, with the new description and license",
        "tools/python312-x86-64: the new description and license wait for the next content",
    ]


def test_other_targets_are_a_new_version_too() -> None:
    assert alone(WORDS, plans.layer("words", split=Split.NONE, runtimes=["python3.12", "python3.13"])) == [
        "words/all: new version: runtimes python3.12 → python3.12, python3.13"
    ]
    assert alone(WORDS, plans.layer("words", split=Split.NONE, architectures=["arm64"])) == [
        "words/all: new version: architectures arm64, x86_64 → arm64"
    ]


def test_the_order_of_runtimes_is_nothing_to_aws() -> None:
    one = plans.layer("words", split=Split.NONE, runtimes=["python3.12", "python3.13"])
    other = plans.layer("words", split=Split.NONE, runtimes=["python3.13", "python3.12"])
    assert alone(one, other) == []


def test_units_come_and_go_with_the_parameters_of_their_targets() -> None:
    less = plans.layer("tools", ssm="/layers/tools", grants=[plans.ORGANIZATION], architectures=["arm64"])
    assert alone(less, TOOLS) == [
        f"tools/python312-x86-64: new unit: `tools-python312-x86-64` is published, {OTHER}, 2.1 kB",
        "tools: SSM parameter `/layers/tools/python3.12/x86_64/latest` is added",
    ]
    assert alone(TOOLS, less) == [
        "tools/python312-x86-64: leaves the spec; its published versions and their grants stay",
        "tools: SSM parameter `/layers/tools/python3.12/x86_64/latest` is deleted",
    ]
    assert alone(STORED, plans.layer("tools", via=Delivery.S3, architectures=["arm64"])) == [
        (
            "tools/python312-x86-64: leaves the spec; its published versions and their grants stay; its object is "
            "deleted, with all its versions"
        )
    ]


def test_grants_are_added_to_the_newest_version_and_never_revoked() -> None:
    other = replace(TOOLS, grants=(plans.ACCOUNT,))
    assert alone(TOOLS, other) == [
        "tools: grant `account-111122223333` is added to the newest version of each unit, not to older ones",
        (
            "tools: grant `organization-o-abc123def4` stays on every version that has it: `layerforge grants --apply "
            "--revoke` revokes it"
        ),
    ]
    assert alone(WORDS, replace(WORDS, grants=(plans.PUBLIC,))) == [
        "words: grant `public` is added to the newest version, not to older ones"
    ]


def test_parameters_come_move_and_go() -> None:
    plain, moved = (plans.layer("tools", ssm=ssm, architectures=["arm64"]) for ssm in (None, "/other"))
    there = plans.layer("tools", ssm="/layers/tools", architectures=["arm64"])
    assert alone(plain, there) == ["tools: SSM parameter `/layers/tools/python3.12/arm64/latest` is added"]
    assert alone(there, moved) == [
        "tools: SSM parameters move from `/layers/tools` to `/other`: the old ones are deleted"
    ]
    assert alone(there, plain) == ["tools: SSM parameter `/layers/tools/python3.12/arm64/latest` is deleted"]


DELIVERIES = {
    "direct → s3": ("; Terraform uploads the ZIPs", "`artifact_bucket` has to be given now"),
    "direct → pushed": (
        "",
        "`artifact_bucket` has to be given now",
        "`artifact_dir` can be given no more",
    ),
    "s3 → direct": (
        "; the uploaded objects are deleted, with all their versions",
        "`artifact_bucket`, `artifact_prefix` can be given no more",
    ),
    "s3 → pushed": (
        "; the uploaded objects stay where `layerforge push` looks for them, and are Terraform's no more",
        "`artifact_dir` can be given no more",
    ),
    "pushed → direct": ("", "`artifact_bucket`, `artifact_prefix` can be given no more"),
    "pushed → s3": ("; Terraform uploads the ZIPs",),
}


def test_another_delivery_publishes_nothing_and_says_what_goes_from_the_bucket() -> None:
    for way, (more, *callers) in DELIVERIES.items():
        before, after = (plans.layer("tools", via=Delivery(via)) for via in way.split(" → "))
        assert alone(before, after) == [
            f"tools: delivery {way}: that alone publishes nothing{more}",
            *(f"tools: {text}" for text in callers),
        ], way


def test_a_layer_that_leaves_keeps_its_versions_and_loses_what_terraform_deletes() -> None:
    gone = replace(TOOLS, publish=replace(TOOLS.publish, via=Delivery.S3))
    assert said(plans.plan(gone, WORDS), plans.plan(WORDS)) == [
        "tools: leaves the spec; its published versions and their grants stay",
        (
            "tools: SSM parameters `/layers/tools/python3.12/x86_64/latest`, `/layers/tools/python3.12/arm64/latest` "
            "are deleted"
        ),
        "tools: the uploaded objects are deleted, with all their versions",
        (
            "tools: grant `organization-o-abc123def4` stays on every version that has it: `layerforge grants --apply "
            "--revoke` revokes it"
        ),
        "nothing for 1 layer",
    ]


def test_a_renamed_layer_is_another_layer() -> None:
    same = {"words/all": "same", "new-words/all": "same"}
    renamed = plans.layer("new-words", split=Split.NONE)
    assert said(plans.plan(WORDS), plans.plan(renamed), same, same) == [
        "new-words: new layer: `new-words` is published",
        "new-words: it has the content of `words`, which leaves; for AWS it is another layer, with versions of its own",
        "words: leaves the spec; its published versions and their grants stay",
    ]


def test_a_parameter_that_passes_to_another_layer_may_be_missing_for_a_moment() -> None:
    old, new = (plans.layer(name, split=Split.NONE, ssm="/layers/words") for name in ("words", "new-words"))
    passes = (
        "new-words: SSM parameters pass to it from `words`: deleted there and made here, in no certain order; if an "
        "apply stops with `ParameterAlreadyExists`, apply again"
    )
    assert passes in said(plans.plan(old), plans.plan(new))
    silent = plans.layer("words", split=Split.NONE)
    assert passes in said(plans.plan(old, plans.layer("new-words", split=Split.NONE)), plans.plan(silent, new))
    assert passes not in said(plans.plan(silent), plans.plan(silent, new))


def test_another_name_at_aws_is_another_layer() -> None:
    unit = replace(WORDS.units[0], aws_name="words-all")
    assert alone(WORDS, replace(WORDS, units=(unit,))) == [
        "words/all: `words-all` is published, another layer for AWS; the versions of `words` stay"
    ]


def test_another_provider_is_asked_for() -> None:
    assert alone(TOOLS, replace(TOOLS, provider_minimum="6.1.0")) == [
        "tools: asks for other versions of the AWS provider: `terraform init -upgrade` comes first"
    ]


def test_a_function_comes_and_goes_with_all_that_belongs_to_it() -> None:
    plain, none = plans.function("app"), fleet(WORDS, functions=())
    assert said(none, fleet(WORDS, functions=(plain,))) == [
        "app: new function: it is made, with its role, log group and alias `live`",
        "nothing for 1 layer",
    ]
    assert said(fleet(WORDS, functions=(plain,)), none) == [
        (
            "app: the function is DELETED, with all its versions, its alias `live`, its role and its log group with "
            "all that was logged"
        ),
        "nothing for 1 layer",
    ]
    lean = plans.function(
        "app",
        via=Delivery.S3,
        runs_with=plans.settings(role=ROLE, aliases=(), logs=Logs(retention=30, format="Text", group="/own")),
    )
    assert said(fleet(WORDS, functions=(lean,)), none)[0] == (
        "app: the function is DELETED, with all its versions; the uploaded object is deleted too"
    )
    listed = plans.function("app", code=None)
    assert said(none, fleet(WORDS, functions=(listed,)))[0] == (
        "app: new list of layers, checked while planning; nothing is made"
    )
    assert (
        said(fleet(WORDS, functions=(listed,)), none)[0]
        == "app: its list of layers leaves the spec; nothing is deleted"
    )


def test_a_function_that_moves_elsewhere_is_deleted() -> None:
    assert runs(plans.function("app"), plans.function("app", code=None)) == [
        (
            "app: the function is DELETED, with all its versions, its alias `live`, its role and its log group with "
            "all that was logged"
        ),
        "app: new list of layers, checked while planning; nothing is made",
    ]


PUBLISHES = "app: a version of the function is published and `live` moves to it"


def test_new_code_publishes_a_version() -> None:
    plain, pushed = plans.function("app"), plans.function("app", via=Delivery.PUSHED)
    assert runs(plain, plain, {"app/code": "new"}) == [f"app: new code {FIRST} → {NEW}, 2.1 kB", PUBLISHES]
    assert runs(pushed, pushed, {"app/code": "new"})[0].endswith("2.1 kB; `layerforge push` comes first")
    bucket, other = (plans.function("app", code=plans.bucket_code(version=version)) for version in ("1", "2"))
    elsewhere = "app: new code: another object, or version of it, is named"
    assert runs(bucket, other) == [elsewhere, PUBLISHES]
    assert elsewhere in runs(plain, bucket)


def test_the_code_of_a_function_another_way() -> None:
    ways = {
        ("direct", "s3"): "",
        ("s3", "direct"): "; the uploaded object is deleted, with all its versions",
        (
            "s3",
            "pushed",
        ): "; the uploaded object stays where `layerforge push` looks for it, and is Terraform's no more",
        ("pushed", "s3"): "",
    }
    for (old, new), more in ways.items():
        before, after = (plans.function("app", via=Delivery(via)) for via in (old, new))
        assert runs(before, after)[0] == f"app: delivery of its code {old} → {new}{more}"
        assert PUBLISHES not in runs(before, after)


def test_settings_are_named_with_their_values_but_not_the_environment() -> None:
    other = plans.settings(
        memory=512, timeout=60, tracing=True, environment={"TOKEN": "hidden"}, reserved_concurrency=3
    )
    assert runs(plans.function("app"), replace(APP, layers=(), description="", settings=other)) == [
        (
            "app: settings: description Some function → none, memory_size 256 → 512, timeout 30 → 60, "
            "reserved_concurrent_executions none → 3, tracing_config mode PassThrough → Active, environment, "
            "permissions of its role"
        ),
        PUBLISHES,
    ]


def test_what_is_no_part_of_a_version_publishes_none() -> None:
    kept = plans.settings(logs=Logs(retention=30, format="JSON", group=None), tags={"team": "a"})
    assert runs(plans.function("app"), plans.function("app", runs_with=kept)) == [
        "app: settings: log_retention_days 365 → 30, tags"
    ]


def test_what_a_function_loses_is_deleted() -> None:
    lean = plans.settings(role=ROLE, aliases=("canary",), logs=Logs(retention=365, format="JSON", group="/own"))
    assert runs(plans.function("app"), plans.function("app", runs_with=lean)) == [
        "app: settings: role, logging_config log_group, permissions of its role",
        "app: its log group is deleted, with all that was logged",
        "app: its own role is deleted, once the function has the other one",
        "app: its alias `live` is deleted",
        "app: it gets the alias `canary`",
        "app: `log_retention_days` can be given no more",
        "app: a version of the function is published",
    ]
    assert "app: it gets a log group, a role and the alias `live`" in runs(
        plans.function("app", runs_with=lean), plans.function("app")
    )


def test_a_function_without_versions_any_more() -> None:
    plain = plans.settings(publish=False, aliases=())
    assert runs(plans.function("app", runs_with=plans.settings()), plans.function("app", runs_with=plain))[0] == (
        "app: settings: publish true → false"
    )


def test_a_function_without_layers_any_more() -> None:
    none = replace(APP, layers=())
    assert said(
        fleet(TOOLS, WORDS, regions=("eu-west-1",)), fleet(TOOLS, WORDS, functions=(none,), regions=("eu-west-1",))
    ) == [
        "app: layers in eu-west-1: tools, words → none",
        PUBLISHES,
        "nothing for 2 layers",
    ]


REORDERED = plans.function("app", layers=[WORDS, TOOLS])


def test_layers_of_a_function_in_another_order() -> None:
    regions = ("eu-west-1", "us-east-1")
    assert said(fleet(TOOLS, WORDS, regions=regions), fleet(TOOLS, WORDS, functions=(REORDERED,), regions=regions)) == [
        "app: layers in eu-west-1, us-east-1: tools, words → words, tools",
        PUBLISHES,
        "nothing for 2 layers",
    ]


def test_layers_of_a_function_that_no_root_has() -> None:
    assert said(fleet(TOOLS, WORDS), fleet(TOOLS, WORDS, functions=(REORDERED,))) == [
        "app: layers tools, words → words, tools, once your own root hands it this list",
        PUBLISHES,
        "nothing for 2 layers",
    ]
    listed, raised = (
        plans.function("app", code=None, layers=[f"arn:aws:lambda:eu-west-1:017000801446:layer:Powertools:{number}"])
        for number in (7, 8)
    )
    assert said(fleet(functions=(listed,)), fleet(functions=(raised,))) == [
        "app: layers Powertools:7 → Powertools:8, once your own root hands it this list"
    ]
    assert said(fleet(functions=(listed,)), fleet(functions=(plans.function("app", code=None),))) == [
        "app: layers Powertools:7 → none, once your own root hands it this list"
    ]


def test_an_external_layer_in_another_version_in_one_region() -> None:
    def powertools(number: int) -> Function:
        arns = [f"arn:aws:lambda:{region}:017000801446:layer:Powertools:7" for region in ("eu-west-1",)]
        arns.append(f"arn:aws:lambda:us-east-1:017000801446:layer:Powertools:{number}")
        return plans.function("app", layers=[WORDS, plans.pinned_layer(*arns, label="powertools")])

    regions = ("eu-west-1", "us-east-1")
    before, after = (fleet(WORDS, functions=(powertools(number),), regions=regions) for number in (7, 8))
    assert said(before, after)[0] == "app: layers in us-east-1: words, Powertools:7 → words, Powertools:8"


def test_regions_come_and_go_and_rest() -> None:
    one, two = fleet(TOOLS, WORDS, regions=("eu-west-1",)), fleet(TOOLS, WORDS, regions=("eu-west-1", "us-east-1"))
    assert said(one, two) == [
        "us-east-1: new root: 2 layers and 1 function to publish and make there",
        "nothing for 2 layers, 1 function",
    ]
    pushed = plans.layer("words", split=Split.NONE, via=Delivery.PUSHED)
    one, two = (
        fleet(pushed, functions=(), regions=regions) for regions in (("eu-west-1",), ("eu-west-1", "us-east-1"))
    )
    assert said(one, two)[0] == (
        "us-east-1: new root: 1 layer to publish and make there; `layerforge push` comes first"
    )
    assert said(two, one)[0] == (
        "us-east-1: the root goes: an apply there DELETES its functions with their log groups, its SSM parameters and "
        "what Terraform uploaded; published layer versions and their grants stay. Where it only moved, take your own "
        "files and the state along instead"
    )
    resting = fleet(
        TOOLS, WORDS, functions=(), regions=("eu-west-1", plans.region("us-east-1", state=RegionState.PAUSED))
    )
    assert said(resting, resting) == []
    assert said(resting, resting, {"words/all": "new"})[1:] == [
        "us-east-1: paused: left as it is, as long as nobody applies its root",
        "nothing for 1 layer",
    ]


def test_roots_give_their_modules_what_they_ask_for_and_say_what_they_ask_for_themselves() -> None:
    before, after = (plans.layer("tools", via=via) for via in (Delivery.DIRECT, Delivery.S3))
    assert said(*(fleet(layer, functions=(), regions=("eu-west-1",)) for layer in (before, after))) == [
        "tools: delivery direct → s3: that alone publishes nothing; Terraform uploads the ZIPs",
        "eu-west-1: `artifact_bucket` has to be given now",
    ]
    lifted = fleet(replace(TOOLS, provider_minimum="6.1.0"), WORDS, regions=("eu-west-1",))
    assert said(fleet(TOOLS, WORDS, regions=("eu-west-1",)), lifted) == [
        "eu-west-1: asks for other versions of the AWS provider: `terraform init -upgrade` comes first",
        "nothing for 2 layers, 1 function",
    ]


def test_a_region_with_another_bucket() -> None:
    before, after = (
        fleet(STORED, functions=(), regions=(plans.region("eu-west-1", bucket=bucket),)) for bucket in ("one", "two")
    )
    assert said(before, after)[0] == (
        "eu-west-1: bucket `one` → `two`: objects that Terraform uploaded move there and are deleted in the old one; "
        "`layerforge push` puts the others there before"
    )


def test_modules_in_another_folder() -> None:
    plan = fleet(TOOLS, WORDS, regions=("eu-west-1",))
    modules, roots = texts_of(plan)
    moved = {name: text.replace("../modules/", "../elsewhere/") for name, text in roots["eu-west-1"].items()}
    assert lines(foretold((modules, {"eu-west-1": moved}), plan))[0] == (
        "eu-west-1: modules are taken from another folder: `terraform init` comes first, and code goes to Lambda again"
    )


def test_a_region_that_was_paused_catches_up() -> None:
    one, both = (fleet(*layers, functions=(), regions=("eu-west-1",)) for layers in ((WORDS,), (WORDS, TOOLS)))
    assert lines(foretold((texts_of(both)[0], texts_of(one)[1]), both))[0] == (
        "eu-west-1: `tools` is published or made here too"
    )
    assert lines(foretold((texts_of(one)[0], texts_of(both)[1]), one))[0] == (
        "eu-west-1: `tools` is no more in this Region"
    )


def test_a_channel_moves_in_one_region() -> None:
    def pointed(**numbers: int) -> Plan:
        arns = [
            f"arn:aws:lambda:{region.replace('_', '-')}:111122223333:layer:tools-python312-x86-64:{number}"
            for region, number in numbers.items()
        ]
        channels = [plans.pointer(TOOLS, *arns)] if arns else []
        return plans.plan(TOOLS, fleets=[plans.fleet(regions=("eu-west-1", "us-east-1"), channels=channels)])

    assert said(pointed(eu_west_1=3, us_east_1=3), pointed(eu_west_1=3, us_east_1=4)) == [
        "us-east-1: channel `stable` of `tools`, an SSM parameter for each target: version 3 → 4",
        "nothing for 1 layer",
    ]
    assert said(pointed(us_east_1=3), pointed())[0].endswith("version 3 → none")


def test_what_a_region_alone_gives_a_function() -> None:
    def keyed(letter: str) -> Plan:
        key = {region: f"arn:aws:kms:{region}:111122223333:key/{letter}" for region in ("eu-west-1", "us-east-1")}
        key["us-east-1"] = "arn:aws:kms:us-east-1:111122223333:key/same"
        return fleet(
            functions=(plans.function("app", runs_with=plans.settings(kms_key=key)),),
            regions=("eu-west-1", "us-east-1"),
        )

    assert said(keyed("a"), keyed("b"))[0] == "eu-west-1: `app` gets another `kms_key_arn`"
    none = fleet(functions=(plans.function("app"),), regions=("eu-west-1", "us-east-1"))
    assert said(none, keyed("a")) == ["app: settings: kms_key_arn", PUBLISHES]


SIGNED = plans.layer("tools", via=Delivery.S3, signing_profile="platform")
SIGNED_APP = plans.function("app", via=Delivery.S3, signing_profile="platform")


def test_signing_on_or_off_is_a_new_version_of_each_unit() -> None:
    assert alone(STORED, SIGNED) == [
        "tools/python312-x86-64: new version: signed from now on",
        "tools/python312-arm64: new version: signed from now on",
    ]
    assert alone(SIGNED, STORED) == [
        "tools/python312-x86-64: new version: signed no longer",
        "tools/python312-arm64: new version: signed no longer",
        "tools: `signing_profile_name` can be given no more",
    ]
    assert alone(SIGNED, SIGNED, {"tools/python312-arm64": "new"}) == alone(
        STORED, STORED, {"tools/python312-arm64": "new"}
    )


def test_another_signing_profile_waits() -> None:
    renewed = replace(SIGNED, publish=replace(SIGNED.publish, signing_profile="renewed"))
    assert alone(SIGNED, renewed) == ["tools: the new signing profile waits for the next content"]
    both = {"tools/python312-arm64": "new", "tools/python312-x86-64": "new"}
    assert alone(SIGNED, renewed, both) == alone(SIGNED, SIGNED, both)
    assert runs(SIGNED_APP, replace(SIGNED_APP, signing_profile="renewed")) == [
        "app: the new signing profile waits for the next code"
    ]


def test_signed_code_is_sent_anew() -> None:
    plain = replace(SIGNED_APP, signing_profile=None)
    published = "app: a version of the function is published and `live` moves to it"
    assert runs(plain, SIGNED_APP) == [
        "app: the same code is sent anew, signed from now on",
        "app: `artifact_dir` can be given no more",
        published,
    ]
    assert runs(SIGNED_APP, plain) == [
        "app: the same code is sent anew, signed no longer",
        "app: `signing_profile_name` can be given no more",
        published,
    ]
    assert runs(plain, SIGNED_APP, {"app/code": "new"})[0].endswith(" → " + NEW + ", 2.1 kB, signed from now on")


def test_signing_in_the_roots_is_no_surprise() -> None:
    regions = ("eu-west-1",)
    assert said(fleet(STORED, WORDS, regions=regions), fleet(SIGNED, WORDS, regions=regions)) == [
        *alone(STORED, SIGNED),
        "app: takes the new version of `tools`",
        "app: a version of the function is published and `live` moves to it",
        "nothing for 1 layer",
    ]
