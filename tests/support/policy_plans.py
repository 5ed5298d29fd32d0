"""Plans of the fixtures: one real plan of all of them, cut into one file each."""

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

POLICIES: Final = Path(__file__).parents[1] / "policies"
FIXTURES: Final = POLICIES / "fixtures"

ROOT: Final = """\
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  skip_requesting_account_id = true
}

variable "content" {
  type    = string
  default = "2"
}
"""

# What the provider refuses while planning is put into the plan afterwards: rule, HCL that is planned, and what the
# plan says in its place.
SIX: Final = ', "arn:aws:lambda:eu-west-1:111122223333:layer:f:1"'
REFUSED: Final = {
    "CKV_LAYER_9.fail_six": ((SIX, ""), ('layer:e:1"', f'layer:e:1"{SIX}')),
    "CKV_LAYER_13.fail_older_major": (("python3.14", "python3.13"), ("python3.13", "python3.14")),
}

_OF_INTEREST: Final = ("aws_lambda_layer_version", "aws_lambda_layer_version_permission", "aws_lambda_function")
_HOST: Final = re.compile(r"registry\.[a-z]+\.io/")
_CONTENT: Final = re.compile(r'^variable "content"', re.MULTILINE)


CORPUS: Final = POLICIES / "corpus"
PLANNED: Final = (
    "concat_of_everyones_and_own",
    "dynamic_blocks_and_jsonencode",
    "everything_open",
    "for_each_over_a_map_of_objects",
    "image_function",
    "module_called_twice",
    "module_for_each",
    "user_and_service_principals",
)
"""Of the corpus."""


def sources() -> dict[str, tuple[Path, Path]]:
    """Return what is planned, and where its plan is kept: fixtures by ``<rule>.<name>``, and some of the corpus."""
    found = {f"{path.parent.name}.{path.stem}": path for path in sorted(FIXTURES.glob("*/*.tf"))}
    fixtures = {name: path for name, path in found.items() if not path.read_text("utf-8").startswith("# source only")}
    corpus = {name: CORPUS / name if (CORPUS / name).is_dir() else CORPUS / f"{name}.tf" for name in PLANNED}
    return {name: (path, path.with_suffix(".json")) for name, path in fixtures.items()} | {
        name: (path, CORPUS / f"{name}_plan.json") for name, path in corpus.items()
    }


def root(folder: Path) -> list[str]:
    """Write a root with one module for each fixture, and return the addresses of those that have two contents."""
    calls, changing = [ROOT], []
    for name, (path, _) in sources().items():
        module = folder / name
        if path.is_dir():
            shutil.copytree(path, module, ignore=shutil.ignore_patterns("*.findings"))
        else:
            module.mkdir(parents=True)
            shutil.copyfile(path, module / "main.tf")
        text = (module / "main.tf").read_text(encoding="utf-8")
        refused = REFUSED.get(name)
        (module / "main.tf").write_text(text.replace(*refused[0]) if refused else text, encoding="utf-8")
        argument = "  content = var.content\n" if _CONTENT.search(text) else ""
        calls.append(f'module "{call(name)}" {{\n  source = "./{name}"\n{argument}}}\n')
        changing += [f"module.{call(name)}"] if argument else []
    (folder / "main.tf").write_text("\n".join(calls), encoding="utf-8")
    return changing


def call(name: str) -> str:
    """Return the name of a fixture's module call."""
    return name.replace(".", "_")


def cut(plan: Mapping[str, Any], name: str, folder: Path) -> str:
    """Return the plan of one fixture: what policies may look at, without a registry's host and the folder's path."""
    address = f"module.{call(name)}"
    configuration = plan["configuration"]
    children = plan["planned_values"]["root_module"]["child_modules"]
    document = {
        "format_version": plan["format_version"],
        "terraform_version": "1.9.0",
        "planned_values": {
            "root_module": {"child_modules": [_module(one) for one in children if one["address"] == address]}
        },
        "resource_changes": [
            _change(one)
            for one in plan["resource_changes"]
            if f"{one.get('module_address', '')}.".startswith(f"{address}.") and _wanted(one)
        ],
        "configuration": {
            "provider_config": {
                key: {name: one[name] for name in ("name", "full_name", "version_constraint") if name in one}
                for key, one in configuration["provider_config"].items()
                if one["name"] == "aws" and key in {"aws", f"{address}:aws"}
            },
            "root_module": {"module_calls": {call(name): configuration["root_module"]["module_calls"][call(name)]}},
        },
    }
    text = _HOST.sub("registry.example/", json.dumps(document, indent=1, ensure_ascii=False))
    text = text.replace(str(folder), "/srv/checkout")
    refused = REFUSED.get(name)
    return (text.replace(*refused[1]) if refused else text) + "\n"


def _wanted(resource: Mapping[str, Any]) -> bool:
    return resource["type"] in _OF_INTEREST and resource["mode"] == "managed"


def _module(module: Mapping[str, Any]) -> dict[str, Any]:
    resources = [
        {key: one for key, one in resource.items() if key not in {"sensitive_values", "schema_version"}}
        for resource in module.get("resources", ())
        if _wanted(resource)
    ]
    # Terraform lists child modules in any order.
    children = sorted(map(_module, module.get("child_modules", ())), key=lambda one: str(one["address"]))
    return {"resources": resources, "address": module["address"], **({"child_modules": children} if children else {})}


def _change(change: Mapping[str, Any]) -> dict[str, Any]:
    inner = {key: one for key, one in change["change"].items() if key in {"actions", "after_unknown", "replace_paths"}}
    return {"address": change["address"], "change": {**inner, "before": None, "after": None}}
