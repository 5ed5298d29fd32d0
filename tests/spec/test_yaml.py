"""What YAML is taken, and what is said about the rest."""

from pathlib import Path

import pytest

from support.golden import Golden
from support.specs import check_cases, said_while_loading

HERE = Path(__file__).parent


@pytest.mark.parametrize("topic", sorted(path.stem for path in (HERE / "cases").glob("*.txt")))
def test_every_problem_reads_as_the_case_file_says(
    topic: str, golden: Golden, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    check_cases(HERE / "cases" / f"{topic}.txt", golden, lambda case: said_while_loading(tmp_path, case))
