"""Patches of which layers a function may name."""

from collections.abc import Callable
from typing import Any

from moto.awslambda.models import LambdaFunction, lambda_backends

from support.moto_faithful.errors import LambdaError, Replace, invalid
from support.moto_faithful.layers import LARGEST_UNZIPPED, find_version, may_read, unzipped_size

MOST_LAYERS = 5
SIZE_OF_A_FOREIGN_LAYER = 1024


def looked_up_where_the_arn_says(replace: Replace) -> None:
    """A layer is looked up in the account of its ARN, and its grants are asked.

    An account of which the stand-in holds no layer at all stands for the world outside: its ARNs are taken as they are.
    """

    def one(self: LambdaFunction, arn: str) -> dict[str, Any]:
        version = find_version(arn)
        account = arn.split(":")[4]
        if version is not None and may_read(version, self.account_id):
            return {"Arn": arn, "CodeSize": version.code_size}
        if version is None and account != self.account_id and not lambda_backends[account][self.region]._layers._layers:
            return {"Arn": arn, "CodeSize": SIZE_OF_A_FOREIGN_LAYER}
        if account != self.account_id:
            message = f"User is not authorized to perform: lambda:GetLayerVersion on resource: {arn}"
            raise LambdaError("AccessDeniedException", message, 403)
        raise invalid(f"Layer version {arn} does not exist.")

    def _get_layers_data(self: LambdaFunction, arns: list[str]) -> list[dict[str, Any]]:
        return [one(self, arn) for arn in arns]

    replace(LambdaFunction, "_get_layers_data", _get_layers_data)


def _checked_first(replace: Replace, check: Callable[[LambdaFunction, list[str]], None]) -> None:
    original = LambdaFunction._get_layers_data

    def _get_layers_data(self: LambdaFunction, arns: list[str]) -> Any:  # noqa: ANN401 - as the original
        check(self, arns)
        return original(self, arns)

    replace(LambdaFunction, "_get_layers_data", _get_layers_data)


def at_most_five(replace: Replace) -> None:
    """A function takes five layers."""

    def check(_function: LambdaFunction, arns: list[str]) -> None:
        if len(arns) > MOST_LAYERS:
            raise invalid(f"Cannot reference more than {MOST_LAYERS} layers.")

    _checked_first(replace, check)


def no_layer_twice(replace: Replace) -> None:
    """A function takes one version of a layer, once."""

    def check(_function: LambdaFunction, arns: list[str]) -> None:
        if len({arn.rsplit(":", 1)[0] for arn in arns}) < len(arns):
            raise invalid(
                "Two different versions of the same layer are not allowed to be referenced in the same function."
            )

    _checked_first(replace, check)


def same_region(replace: Replace) -> None:
    """A function takes layers of its own Region."""

    def check(function: LambdaFunction, arns: list[str]) -> None:
        if any(arn.split(":")[3] != function.region for arn in arns):
            raise invalid(
                "Layers are not in the same region as the function. "
                f"Layers are expected to be in region {function.region}."
            )

    _checked_first(replace, check)


def function_and_layers_limit(replace: Replace) -> None:
    """A function's code and all its layers unpack to at most 250 MiB."""

    def check(self: LambdaFunction) -> None:
        versions = [find_version(item["Arn"]) for item in self.layers]
        pieces = [version.code_bytes for version in versions if version is not None]
        total = sum(unzipped_size(data) for data in (*pieces, getattr(self, "code_bytes", b"")) if data)
        if total > LARGEST_UNZIPPED:
            raise invalid(
                f"Function code combined with layers exceeds the maximum allowed size of {LARGEST_UNZIPPED} bytes. "
                f"The actual size is {total} bytes."
            )

    def checked_after(method: str) -> None:
        original = getattr(LambdaFunction, method)

        def checked(self: LambdaFunction, spec: dict[str, Any]) -> Any:  # noqa: ANN401 - as the original
            before = {name: self.__dict__.get(name) for name in ("layers", "code_bytes")}
            answer = original(self, spec)
            try:
                check(self)
            except LambdaError:
                self.__dict__.update(before)
                raise
            return answer

        replace(LambdaFunction, method, checked)

    checked_after("update_configuration")
    checked_after("_set_function_code")
