"""The newest version of a library that a project allows."""

from __future__ import annotations

import pytest

from tunespec.training.pins import pin_of


@pytest.mark.parametrize(
    ("name", "text", "is_before"),
    [
        ("requirements.txt", "torch\ntransformers==4.46.3\n", True),
        ("requirements-train.txt", "transformers==4.46.3 \\\n    --hash=sha256:00\n", True),
        ("requirements.txt", "transformers>=4.40,<5  # of the cluster\n", True),
        ("requirements.txt", "transformers[torch]<=4.57.6; python_version > '3.9'\n", True),
        ("requirements.txt", "transformers==4.46.*\n", True),
        ("requirements.txt", "transformers~=4.46\n", True),
        ("requirements.txt", "transformers~=5.0\n", False),
        ("requirements.txt", "transformers==5.0.0\n", False),
        ("requirements.txt", "transformers<5.1\n", False),
        ("requirements.txt", "transformers>=4.40\n", None),
        ("requirements.txt", "transformers\n-r other.txt\nhttps://acme.example/x.whl\n", None),
        ("requirements.txt", "transformers-stream-generator==0.0.5\n", None),
        ("pyproject.toml", '[project]\ndependencies = ["transformers<5"]\n', True),
        ("pyproject.toml", '[project.optional-dependencies]\ntrain = ["Transformers==4.57"]\n', True),
        ("pyproject.toml", '[dependency-groups]\ntrain = ["transformers==4.57", {include-group = "x"}]\n', True),
        ("pyproject.toml", '[tool.poetry.dependencies]\ntransformers = "^4.46.1"\n', True),
        ("pyproject.toml", '[tool.poetry.dependencies]\ntransformers = "^5.1"\n', False),
        ("pyproject.toml", "project = 3\ntool = [1]\ndependency-groups = {a = 1}\n", None),
        ("pyproject.toml", '[tool.poetry.dependencies]\ntransformers = { version = "4.46.1" }\n', True),
        ("pyproject.toml", "[project\n", None),
        ("uv.lock", 'version = 1\n[[package]]\nname = "transformers"\nversion = "4.57.1"\n', True),
        ("poetry.lock", '[[package]]\nname = "transformers"\nversion = "5.2.0"\n', False),
    ],
)
def test_what_a_project_allows(tmp_path, name, text, is_before):
    (tmp_path / "configs").mkdir()
    (tmp_path / name).write_text(text, encoding="utf-8")
    pin = pin_of("transformers", tmp_path / "configs" / "sft.yaml", tmp_path)
    assert (None if pin is None else pin.is_before("5.0")) is is_before


def test_the_nearest_folder_counts_and_none_outside_the_project(tmp_path):
    project = tmp_path / "project"
    (project / "train").mkdir(parents=True)
    for folder, version in ((tmp_path, "4.0"), (project, "4.57"), (project / "train", "5.3")):
        (folder / "requirements.txt").write_text(f"transformers=={version}\n", encoding="utf-8")
    near = pin_of("transformers", project / "train" / "sft.yaml", project)
    assert near is not None
    assert not near.is_before("5.0")
    (project / "train" / "requirements.txt").unlink()
    (project / "requirements.txt").unlink()
    assert pin_of("transformers", project / "train" / "sft.yaml", project) is None
