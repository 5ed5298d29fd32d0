"""Patches of what a function runs with: settings that moto forgets, or takes only when the function is made."""

from typing import Any

from moto.awslambda.models import LambdaFunction

from support.moto_faithful.errors import Replace

KEPT = ("DeadLetterConfig", "LoggingConfig", "SnapStart")
LEVELS = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}
"""What AWS adds to the JSON format."""


def kept(replace: Replace) -> None:
    """Where a function logs and sends what failed, and its snapshots, are kept and shown."""
    create, update = LambdaFunction.__init__, LambdaFunction.update_configuration
    get_configuration = LambdaFunction.get_configuration

    def made(self: LambdaFunction, account_id: str, spec: dict[str, Any], *more: Any, **named: Any) -> None:  # noqa: ANN401 - as the original
        create(self, account_id, spec, *more, **named)
        self.__dict__["kept"] = {name: spec[name] for name in KEPT if name in spec}

    def updated(self: LambdaFunction, config_updates: dict[str, Any]) -> dict[str, Any]:
        new = {name: config_updates[name] for name in KEPT if name in config_updates}
        self.__dict__["kept"] = {**self.__dict__["kept"], **new}
        return update(self, config_updates)

    def shown(self: LambdaFunction, on_create: bool = False) -> dict[str, Any]:
        known = self.__dict__["kept"]
        logging = {
            "LogFormat": "Text",
            "LogGroup": f"/aws/lambda/{self.function_name}",
            **known.get("LoggingConfig", {}),
        }
        answer = {
            **get_configuration(self, on_create),
            "LoggingConfig": {**LEVELS, **logging} if logging["LogFormat"] == "JSON" else logging,
            "SnapStart": {"ApplyOn": "None", **known.get("SnapStart", {}), "OptimizationStatus": "Off"},
        }
        if known.get("DeadLetterConfig", {}).get("TargetArn"):
            answer["DeadLetterConfig"] = known["DeadLetterConfig"]
        return answer

    replace(LambdaFunction, "__init__", made)
    replace(LambdaFunction, "update_configuration", updated)
    replace(LambdaFunction, "get_configuration", shown)


def updated(replace: Replace) -> None:
    """What moto takes only when a function is made, it takes later too."""
    update = LambdaFunction.update_configuration

    def change(self: LambdaFunction, config_updates: dict[str, Any]) -> dict[str, Any]:
        if "EphemeralStorage" in config_updates:
            self.ephemeral_storage = config_updates["EphemeralStorage"]["Size"]
        self.kms_key_arn = config_updates.get("KMSKeyArn", self.kms_key_arn)
        self.tracing_config = config_updates.get("TracingConfig", self.tracing_config)
        return update(self, config_updates)

    replace(LambdaFunction, "update_configuration", change)
