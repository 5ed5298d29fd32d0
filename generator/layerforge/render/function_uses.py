"""The variables of a function's module that are about what it works with: role, key, signing, dead letters, network."""

from collections.abc import Iterator
from typing import Final

from layerforge.plan.function_types import ByRegion, Settings
from layerforge.render import hcl
from layerforge.render.function_role import dead_letter_services
from layerforge.render.hcl import Expression
from layerforge.render.rules import Rule, Variable, each, matches

ROLE: Final = "arn:aws:iam::111122223333:role/contract"
KEY: Final = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"
CODE_SIGNING: Final = "arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0123456789abcdef0"


def role(given: str) -> Variable:
    """Return the variable for the role that a function runs as."""
    return Variable(
        name="role_arn",
        type=Expression("string"),
        description="The role that the function runs as.",
        default=hcl.string(given),
        example=hcl.string(ROLE),
        rules=(
            matches(
                "role_arn",
                "^arn:aws[a-z-]*:iam::[0-9]{12}:role/[!-~]+$",
                "It is the ARN of a role.",
                wrong=ROLE.replace(":role/", ":user/"),
            ),
        ),
    )


def key(own: Settings) -> Variable:
    """Return the variable for the key that encrypts what a function is told, and its logs."""
    given = own.kms_key
    what = "the environment variables"
    if own.logs.group is None:
        what += " and the log group, for which its policy has to admit CloudWatch Logs"
    return Variable(
        name="kms_key_arn",
        type=Expression("string"),
        description=f"Key that encrypts {what}. Null means keys of AWS's own.",
        default=_given(given),
        nullable=True,
        example=hcl.string(KEY),
        rules=(
            matches(
                "kms_key_arn",
                "^arn:aws[a-z-]*:kms:[0-9a-z-]+:[0-9]{12}:key/[0-9a-z-]+$",
                "It is the ARN of a key, not of an alias.",
                wrong="alias/contract",
                nullable=True,
            ),
        ),
    )


def code_signing(given: ByRegion | None) -> Variable:
    """Return the variable for a code-signing configuration."""
    return Variable(
        name="code_signing_config_arn",
        type=Expression("string"),
        description="Code-signing configuration that code and layers have to meet. Null means none.",
        default=_given(given),
        nullable=True,
        example=hcl.string(CODE_SIGNING),
        rules=(
            matches(
                "code_signing_config_arn",
                "^arn:aws[a-z-]*:lambda:[0-9a-z-]+:[0-9]{12}:code-signing-config:csc-[0-9a-z]{17}$",
                "It is the ARN of a code-signing configuration.",
                wrong="csc-0123456789abcdef0",
                nullable=True,
            ),
        ),
    )


def _given(value: ByRegion | None) -> Expression | None:
    """Return the default of a variable that may be null: what differs by Region has none."""
    if value is None:
        return Expression("null")
    return hcl.string(value) if isinstance(value, str) else None


def dead_letter(given: ByRegion | None) -> Iterator[Variable]:
    """Yield the variable for the queue or topic for what failed; none where the spec has none."""
    if given is None:
        return
    services = dead_letter_services(given)
    target = "queue or topic" if len(services) > 1 else {"sqs": "queue", "sns": "topic"}[services[0]]
    start = f"arn:aws:{services[0]}:eu-west-1:111122223333"
    yield Variable(
        name="dead_letter_arn",
        type=Expression("string"),
        description=f"The {target} that gets events which failed.",
        default=hcl.string(given) if isinstance(given, str) else None,
        example=hcl.string(f"{start}:contract"),
        rules=(
            matches(
                "dead_letter_arn",
                f"^arn:aws[a-z-]*:({'|'.join(services)}):[0-9a-z-]+:[0-9]{{12}}:[0-9A-Za-z_-]+([.]fifo)?$",
                f"It is the ARN of a {target}.",
                wrong="arn:aws:lambda:eu-west-1:111122223333:function:contract",
            ),
        ),
    )


def network(subnets: int, security_groups: int) -> Variable:
    """Return the variable for a function's place in a VPC."""
    right = {"subnet_ids": ["subnet-0123456789abcdef0"], "security_group_ids": ["sg-0123456789abcdef0"]}

    def rules(ids: str, start: str, most: int) -> Iterator[Rule]:
        what = ids.removesuffix("_ids").replace("_", " ")
        whole = f"vpc_config.{ids}"
        yield Rule(
            condition=Expression(f"length(var.{whole}) >= 1 && length(var.{whole}) <= {most}"),
            message=f"There are 1 to {most} {what}s.",
            wrong=(("vpc_config", hcl.compact({**right, ids: []})),),
        )
        yield Rule(
            condition=each(whole, f"^{start}-[0-9a-z]+$"),
            message=f"The id of a {what} begins with {start}-.",
            wrong=(("vpc_config", hcl.compact({**right, ids: ["contract"]})),),
        )

    return Variable(
        name="vpc_config",
        type=Expression("object({ security_group_ids = set(string), subnet_ids = set(string) })"),
        description="Where the function stands in its network: ids of subnets and security groups, all of one VPC.",
        default=None,
        example=hcl.compact(right),
        rules=(*rules("subnet_ids", "subnet", subnets), *rules("security_group_ids", "sg", security_groups)),
    )
