"""House rules about the set-up: what is documented exists, what is pinned is whole, and nothing names a registry."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib

import pytest

from config import settings
from config.settings import ROOT
from enforcement.runtime import assets, schema

DOCUMENTS = ("README.md", "CONTRIBUTING.md")
CLIENTS_PACKAGES = (
    "flask",
    "flask-sqlalchemy",
    "alembic",
    "marshmallow",
    "apscheduler",
    "ffmpeg-python",
    "cryptography",
    "pytest",
)
PINNED = ("requirements.txt", "tests/requirements.txt")


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def code_in(document: str) -> str:
    """The code of a document: its blocks and its spans."""
    blocks = re.findall(r"^```.*?^```", text(document), re.MULTILINE | re.DOTALL)
    return "\n".join([*blocks, *re.findall(r"`[^`\n]+`", text(document))])


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_make_command_of_a_document_is_in_the_makefile(document: str) -> None:
    named = set(re.findall(r"\bmake ([a-z]+)", code_in(document)))
    assert named
    assert named <= targets()


def test_every_command_of_the_makefile_says_what_it_does() -> None:
    helped = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    assert {line.split("\t")[0].strip() for line in helped.splitlines()} == targets()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_of_a_document_exists_or_is_made_at_run_time(document: str) -> None:
    named = re.findall(
        r"`((?:config|enforcement|media|publish|migrations|tests|benchmarks|\.ci)/[\w./]*)`", text(document)
    )
    made = [path for path in named if not (ROOT / path).exists()]
    assert made == []


def test_every_flask_command_of_the_readme_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    from wsgi import create_app

    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")
    commands = create_app().cli
    named = set(re.findall(r"flask --app wsgi (\w+) (\w+)", code_in("README.md")))
    assert named
    for group, command in named:
        assert command in commands.commands[group].commands, (group, command)  # type: ignore[attr-defined]


def test_the_readme_and_the_settings_name_the_same_variables() -> None:
    def names(words: str) -> set[str]:
        return set(re.findall(r"MINGJIAN_[A-Z]+(?:_[A-Z]+)*", words)) - {"MINGJIAN_SUPERVISED"}

    table = text("README.md").split("## Environment")[1]
    assert settings.__doc__ is not None
    assert names(table) == names(settings.__doc__)
    read = names(text("config/settings.py").replace(settings.__doc__, ""))
    assert read == names(table)


@pytest.mark.parametrize("path", PINNED)
def test_every_package_is_pinned_with_hashes_and_no_registry_is_named(path: str) -> None:
    pins = re.split(r"\n(?=\S)", text(path).strip())
    assert all(re.match(r"[a-z0-9._-]+==\S+", pin) and "--hash=sha256:" in pin for pin in pins)
    assert "://" not in text(path)
    assert "--index" not in text(path)


def test_what_the_project_declares_is_what_is_pinned_and_the_clients_packages_are_there() -> None:
    project = tomllib.loads(text("pyproject.toml"))
    for declared, path in (
        (project["project"]["dependencies"], "requirements.txt"),
        (project["dependency-groups"]["test"], "tests/requirements.txt"),
    ):
        pinned = set(re.findall(r"^([a-z0-9._-]+)==", text(path), re.MULTILINE))
        assert {re.match(r"[a-z0-9-]+", name)[0] for name in declared} <= pinned  # type: ignore[index]
    assert set(CLIENTS_PACKAGES) <= set(re.findall(r"^([a-z0-9._-]+)==", text("requirements.txt"), re.MULTILINE))


def test_a_package_in_both_files_has_one_version() -> None:
    first, second = (dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text(path), re.MULTILINE)) for path in PINNED)
    assert {name for name in first.keys() & second.keys() if first[name] != second[name]} == set()


def test_the_front_end_lock_is_exact_and_names_no_registry() -> None:
    lock = json.loads(text("config/assets/package-lock.json"))
    package = json.loads(text("config/assets/package.json"))
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in package["dependencies"].values())
    installed = {path: entry for path, entry in lock["packages"].items() if path}
    assert all("resolved" not in entry and "integrity" in entry for entry in installed.values())
    for name in (*assets.PAGE_FILES, *assets.TEST_FILES):
        assert any(f"node_modules/{name}".startswith(f"{path}/") for path in installed), name


def test_every_third_party_file_a_page_loads_is_one_the_set_up_brings() -> None:
    supplied = {name.rsplit("/", 1)[1] for name in assets.PAGE_FILES}
    templates = [*(ROOT / "enforcement" / "web").rglob("*.html"), *(ROOT / "publish").rglob("*.html")]
    named = {name for template in templates for name in re.findall(r"vendor/([\w.-]+)", template.read_text("utf-8"))}
    assert named <= supplied


def test_no_page_loads_anything_from_elsewhere() -> None:
    templates = [*(ROOT / "enforcement" / "web").rglob("*.html"), *(ROOT / "publish").rglob("*.html")]
    assert templates
    loads = re.compile(r"""<(?:script|link|img|iframe)\b[^>]*?\b(?:src|href)\s*=\s*["'](?:https?:)?//""")
    assert [template.name for template in templates if loads.search(template.read_text("utf-8"))] == []


def test_no_third_party_file_and_no_data_are_committed() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    assert [path for path in tracked if re.search(r"(^|/)(vendor|node_modules|var|\.venv)/", path)] == []


def test_migrations_head_names_the_newest_and_they_are_one_line() -> None:
    revisions = schema.revisions()
    assert text("migrations/HEAD").strip() == revisions[-1]
    assert revisions == [f"{number:04d}" for number in range(1, len(revisions) + 1)]


def test_the_top_level_is_the_clients() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    top = {path.split("/")[0] for path in tracked}
    clients = {"enforcement", "migrations", "media", "publish", "tests", "config", "wsgi.py", "requirements.txt"}
    beside = {
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "DECISIONS.md",
        "Makefile",
        "pyproject.toml",
        "benchmarks",
    }
    assert clients <= top
    assert top <= clients | beside | {".ci", ".gitignore"}
