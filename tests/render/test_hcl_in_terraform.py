"""What hcl.py writes goes through the real Terraform and comes back. No provider is needed for that."""

import unicodedata
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layerforge.process import run
from layerforge.render import hcl
from support.tf import Terraform

pytestmark = pytest.mark.terraform

FRAGMENTS = (
    *("${", "%{", "$", "%", "{", "}", '"', "\\", "\n", "\r", "\t", "\0", "\b", "~", "<<EOT", "a", " "),
    *("e\u0301", "\u2028", "\ufeff", "\u200d", "\x7f", "\x9b", "\N{GRINNING FACE}", "\U000e0001", "漢"),
)
HANDPICKED = (
    "",
    "$${",
    "$$${",
    "%%{",
    "$$",
    "$${a}",
    "\\${a}",
    '\\"',
    "${~ a ~}",
    "$%{",
    "%${",
    "%{ if true }",
    "null",
)
PLAIN = "abz_-3.1/"
SEEDS = st.integers(0, 2**32)
BATCHES = settings(max_examples=3, suppress_health_check=(HealthCheck.too_slow, HealthCheck.function_scoped_fixture))
"""Each example is a batch of hundreds, for each costs a run of Terraform."""


def _strings(seed: int, count: int) -> list[str]:
    chance = Random(seed)

    def character() -> str:
        if chance.random() < 0.7:
            return chance.choice(FRAGMENTS)
        found = chr(chance.randrange(0x3000 if chance.random() < 0.8 else 0x20000))
        return "?" if unicodedata.category(found) in ("Cs", "Cn") else found

    return ["".join(character() for _ in range(chance.randrange(12))) for _ in range(count)]


def _read_back(terraform: Terraform, folder: Path, text: str) -> object:
    (folder / "outputs.tf").write_text(text, encoding="utf-8", newline="")
    (folder / "terraform.tfstate").unlink(missing_ok=True)
    terraform.run(folder, "apply", "-auto-approve", "-no-color", "-compact-warnings")
    return terraform.json(folder, "output")["it"]["value"]


@BATCHES
@given(seed=SEEDS)
def test_strings_come_back_as_they_were(terraform: Terraform, tmp_path: Path, seed: int) -> None:
    wanted = [*HANDPICKED, *_strings(seed, 1000)]
    lines = "".join(f"    {hcl.string(text)},\n" for text in wanted)
    back = _read_back(terraform, tmp_path, f'output "it" {{\n  value = [\n{lines}  ]\n}}\n')
    assert back == [unicodedata.normalize("NFC", text) for text in wanted]


@BATCHES
@given(seed=SEEDS)
def test_keys_come_back_as_they_were(terraform: Terraform, tmp_path: Path, seed: int) -> None:
    table = {unicodedata.normalize("NFC", text): text for text in (*HANDPICKED, *_strings(seed, 500))}
    back = _read_back(terraform, tmp_path, f'output "it" {{\n  value = {hcl.value(table, 2)}\n}}\n')
    assert back == {word: word for word in table}


def _table(chance: Random, depth: int) -> dict[str, hcl.Value]:
    def value() -> hcl.Value:
        if depth and chance.random() < 0.3:
            return _table(chance, depth - 1)
        return chance.choice([None, True, chance.randrange(10**6), chance.choice(_strings(chance.randrange(99), 3))])

    words = ("".join(chance.choice(PLAIN) for _ in range(chance.randrange(1, 20))) for _ in range(chance.randrange(6)))
    return {word: value() for word in words}


@BATCHES
@given(seed=SEEDS)
def test_maps_are_aligned_as_terraform_aligns_them(terraform: Terraform, tmp_path: Path, seed: int) -> None:
    chance = Random(seed)
    blocks = "\n".join(f"locals {{\n  value = {hcl.value(_table(chance, 3), 2)}\n}}\n" for _ in range(100))
    (tmp_path / "maps.tf").write_text(blocks, encoding="utf-8")
    found = run((terraform.binary, "fmt", "-check", "-diff", "-no-color"), cwd=tmp_path, ok=(0, 2, 3))
    assert found.stdout == ""
    assert found.returncode == 0
