"""The least that a function's own role has to allow, statement by statement."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from layerforge.plan.function_types import ByRegion, Function
from layerforge.render import hcl
from layerforge.render.hcl import Expression

NETWORK: Final = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)
"""What Lambda does with the role to stand in a VPC: AWSLambdaVPCAccessExecutionRole without its part on logs."""


_SENDING: Final = {"sns": "sns:Publish", "sqs": "sqs:SendMessage"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One statement of a policy.

    Attributes:
        sid: its id in the policy.
        words: what it allows, for people.
        actions: sorted.
        resource: what they may be done with, as HCL.
        effect: ``Allow`` or ``Deny``.
        condition: under which it holds, as HCL; ``None`` for always.
    """

    sid: str
    words: str
    actions: tuple[str, ...]
    resource: Expression
    effect: str = "Allow"
    condition: Expression | None = None

    @property
    def arguments(self) -> tuple[tuple[str, Expression], ...]:
        """Its lines in the policy."""
        condition = () if self.condition is None else (("Condition", self.condition),)
        return (
            ("Sid", hcl.string(self.sid)),
            ("Effect", hcl.string(self.effect)),
            ("Action", hcl.value(self.actions)),
            ("Resource", self.resource),
            *condition,
        )


KEY_USE: Final = Statement(
    sid="UseKey",
    words="decrypt with the key kms_key_arn, if there is one",
    actions=("kms:Decrypt",),
    resource=Expression("var.kms_key_arn"),
)
"""Stands in the policy only if the caller names a key."""


def statements(function: Function) -> Iterator[Statement]:
    """Yield what a function's role has to allow, whoever calls the module. An emitted role allows that and no more."""
    own = function.settings
    yield Statement(
        sid="WriteLogs",
        words="write to the function's log group, which it cannot make",
        actions=("logs:CreateLogStream", "logs:PutLogEvents"),
        resource=_log_streams(own.logs.group),
    )
    if own.tracing:
        yield Statement(
            sid="SendTraces",
            words="send traces to X-Ray, which knows no resources",
            actions=("xray:PutTelemetryRecords", "xray:PutTraceSegments"),
            resource=hcl.string("*"),
        )
    if own.dead_letter is not None:
        yield Statement(
            sid="SendDeadLetters",
            words="send what failed to dead_letter_arn",
            actions=tuple(_SENDING[service] for service in dead_letter_services(own.dead_letter)),
            resource=Expression("var.dead_letter_arn"),
        )
    if own.in_vpc:
        yield from _network()


def dead_letter_services(given: ByRegion) -> tuple[str, ...]:
    """Return the services, sorted, whose queues or topics get what failed: as a rule one."""
    arns = (given,) if isinstance(given, str) else given.values()
    return tuple(sorted({arn.split(":")[2] for arn in arns}))


def _log_streams(group: str | None) -> Expression:
    """Return the streams of a log group, by its name.

    Not by the group's ARN: the policy outlives what needs it by way of ``create_before_destroy``, and all that the
    policy refers to would have to as well, which a group that was made by half would then block.
    """
    name = "/aws/lambda/${local.function_name}" if group is None else hcl.inside(group)
    return Expression(f'"arn:*:logs:*:*:log-group:{name}:*"')


def _network() -> Iterator[Statement]:
    yield Statement(
        sid="StandInNetwork",
        words="let Lambda manage its network interfaces, which AWS grants for all or none",
        actions=NETWORK,
        resource=hcl.string("*"),
    )
    own_arn = Expression('"arn:*:lambda:*:*:function:${local.function_name}"')
    yield Statement(
        sid="KeepNetworkFromCode",
        words="but not let the function's code do so",
        actions=NETWORK,
        resource=hcl.string("*"),
        effect="Deny",
        condition=hcl.compact({"ArnLike": Expression(hcl.compact({"lambda:SourceFunctionArn": own_arn}))}),
    )
