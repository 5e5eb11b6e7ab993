"""A downloaded bundle is held against its check sums and repeated; one that means harm, or is damaged, is not run."""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from compendium.builder import print_files
from compendium.cli.app import main
from compendium.project.checksums import FileDigest, compute_manifest, manifest_lines
from compendium.project.zip_archives import pack
from compendium.publish import release_bundle, ro_crate
from tests.support import made_up

ADDRESS = "https://x.example/repo/"
BUILD = """
import os, sys
from pathlib import Path
root = Path(__file__).resolve().parent.parent
html = root / "_build" / "html"
if sys.argv[1] == "build" and "--fresh" in sys.argv:
    {changed}
    for name, text in {pages}.items():
        (html / name).parent.mkdir(parents=True, exist_ok=True)
        (html / name).write_text(text.replace("ADDRESS", os.environ.get("ADDRESS", "")))
elif sys.argv[1] == "print":
    (root / "_build" / "print").mkdir()
    (root / "_build" / "print" / "the-ledger.pdf").write_bytes(b"another")
"""
ENVIRONMENT = """
import sys
from pathlib import Path
assert sys.argv[1:] == ["requirements.txt"]
(Path(".venv") / "bin").mkdir(parents=True)
(Path(".venv") / "bin" / "python").symlink_to(sys.executable)
"""
PAGES = {"index.html": "<p>ADDRESS</p>", "book/index.html": "<p>A page</p>"}


def project(root: Path, changed: str = "pass") -> Path:
    """A project that sets up its environment and builds its site in no time, in the words of the real one."""
    made_up.project(root)
    files = {
        "scripts/setup_environment.py": ENVIRONMENT,
        "compendium/__init__.py": "",
        "compendium/__main__.py": BUILD.format(pages=repr(PAGES), changed=changed),
        "compendium/builder/pipeline.py": "def last_inputs():\n    return {}\n",
        "compendium/builder/print_files.py": (
            "def record_print_files(folder, inputs):\n    assert (folder / 'the-ledger.pdf').is_file()\n"
        ),
    }
    for name, text in files.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    made_up.git(root, "add", "--all")
    made_up.git(root, "commit", "--quiet", "--message", "A builder")
    return root


def released(root: Path) -> Path:
    """Release such a project with the site that it builds, and return the archive."""
    html = made_up.site(root)
    held = (html / "ledger.zip").read_bytes()
    shutil.rmtree(html)
    for name, text in PAGES.items():
        (html / name).parent.mkdir(parents=True, exist_ok=True)
        (html / name).write_text(text.replace("ADDRESS", ADDRESS), encoding="utf-8")
    (html / "ledger.zip").write_bytes(held)
    files = release_bundle.bundle_contents(made_up.begun(root, ADDRESS), html, made_up.printed(root), root)
    del files["site/ledger.zip"]
    return release_bundle.write_bundle(summed(files), "made-up-1.1.0", root / "_build" / "out")[1]


def summed(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return files with the check sums that they have."""
    sums = {
        name: FileDigest(hashlib.sha256(files[name]).hexdigest())
        for name in sorted(files)
        if name != release_bundle.CHECKSUMS_FILE
    }
    return files | {release_bundle.CHECKSUMS_FILE: "".join(f"{line}\n" for line in manifest_lines(sums)).encode()}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return released(project(tmp_path_factory.mktemp("project")))


@pytest.fixture
def folder(archive: Path, tmp_path: Path) -> Path:
    """An unpacked bundle that a test may spoil."""
    return Path(shutil.copytree(archive.with_suffix(""), tmp_path / "made-up-1.1.0"))


def repeat(bundle: Path, *options: str) -> Result:
    result = CliRunner().invoke(main, ["repeat", str(bundle), *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


# --- checked


def test_a_sound_bundle_is_said_to_be_one_packed_or_unpacked(archive: Path, folder: Path) -> None:
    for bundle in (archive, folder):
        result = repeat(bundle)
        assert result.exit_code == 0, result.output
        assert "all as their check sums and the crate say" in result.stdout


def renewed(folder: Path) -> None:
    """Write the check sums anew, as somebody would who wants a change not to be seen."""
    found = {
        name: content for name, content in compute_manifest(folder).items() if name != release_bundle.CHECKSUMS_FILE
    }
    (folder / release_bundle.CHECKSUMS_FILE).write_text(
        "".join(f"{line}\n" for line in manifest_lines(found)), encoding="utf-8"
    )


def unsaid(folder: Path) -> None:
    (folder / "unsaid.txt").write_text("x", encoding="utf-8")
    renewed(folder)


def other_data(folder: Path) -> None:
    (folder / "data" / "claims.csv").write_text("claim_id,source_id\n", encoding="utf-8")
    renewed(folder)


def gone(folder: Path) -> None:
    (folder / "LICENSE").unlink()
    renewed(folder)


def no_crate(folder: Path) -> None:
    (folder / ro_crate.RO_CRATE_FILE).write_text("[1]", encoding="utf-8")
    renewed(folder)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda f: (f / "LICENSE").write_text("Another"), "LICENSE: is not what its check sum says"),
        (lambda f: (f / "LICENSE").unlink(), "LICENSE: missing"),
        (lambda f: (f / "site" / "more.html").touch(), "site/more.html: not in SHA256SUMS"),
        (lambda f: (f / ".hidden").touch(), ".hidden: not in SHA256SUMS"),
        (lambda f: (f / release_bundle.CHECKSUMS_FILE).unlink(), "SHA256SUMS: missing; without it this is no bundle"),
        (lambda f: (f / release_bundle.CHECKSUMS_FILE).write_text("what\n"), "SHA256SUMS:1: found 'what'"),
        (lambda f: (f / release_bundle.CHECKSUMS_FILE).write_bytes(b"\xff\n"), "SHA256SUMS:1: found"),
        (lambda f: (f / "link").symlink_to("/etc/passwd"), "link: a link; expected files and folders"),
        (unsaid, "ro-crate-metadata.json: does not tell of unsaid.txt"),
        (other_data, "ro-crate-metadata.json: tells another check sum or size of data/claims.csv"),
        (gone, "ro-crate-metadata.json: tells of LICENSE, which is not there"),
        (no_crate, "ro-crate-metadata.json: no description of an RO-Crate"),
    ],
)
def test_what_is_not_as_it_should_be_is_named_and_nothing_is_run(
    folder: Path, spoil: Callable[[Path], object], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(folder)
    monkeypatch.setattr("subprocess.run", lambda *_, **__: pytest.fail("it was run"))
    result = repeat(folder, "--execute")
    assert result.exit_code == 1
    assert said in result.stderr
    assert "nothing of it was run" in result.stderr


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"../evil": b""}, "'../evil': a path that leads elsewhere"),
        ({"a/b": b"", "c/d": b""}, "found 'a', 'c' at its top; expected one folder"),
        ({"a": b""}, "found 'a' at its top"),
        ({}, "found nothing at its top"),
        ({"a/b": b"\0" * 20_000_000}, "would unpack to 20000000 bytes"),
    ],
)
def test_an_archive_that_means_harm_is_refused(tmp_path: Path, members: dict[str, bytes], said: str) -> None:
    (tmp_path / "a.zip").write_bytes(pack(members))
    result = repeat(tmp_path / "a.zip", "--execute")
    assert result.exit_code == 1
    assert said in result.stderr
    assert not (tmp_path / "evil").exists()


def test_an_archive_is_held_against_the_check_sum_beside_it(archive: Path, tmp_path: Path) -> None:
    for path in (archive, archive.with_name(f"{archive.name}.sha256")):
        shutil.copy(path, tmp_path)
    assert repeat(tmp_path / archive.name).exit_code == 0
    with (tmp_path / archive.name).open("ab") as file:
        file.write(b"\0")
    assert f"{archive.name}: is not what {archive.name}.sha256 says" in repeat(tmp_path / archive.name).stderr
    (tmp_path / f"{archive.name}.sha256").write_text(f"{'0' * 64}  other.zip\n")
    assert "does not tell of" in repeat(tmp_path / archive.name).stderr


def test_a_command_that_makes_no_sense_is_told_so(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "full").touch()
    for options in (["--print"], ["--execute", "--keep", str(tmp_path)]):
        assert repeat(archive, *options).exit_code == 2
    assert repeat(tmp_path / "nowhere.zip").exit_code == 2
    assert repeat(tmp_path / "full").exit_code == 1


# --- repeated


def test_what_comes_out_the_same_is_said_to(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # What is set here would reach into the copy.
    monkeypatch.setenv("ADDRESS", "https://elsewhere.example/")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    result = repeat(archive, "--execute", "--keep", str(tmp_path / "kept"))
    assert result.exit_code == 0, result.output
    assert "every notebook and every file of the site came out the same" in result.stdout
    assert json.loads((tmp_path / "kept" / "source" / release_bundle.STATE_FILE).read_text())["commit"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("PAGES['book/index.html'] = 'Another'", "site/book/index.html: differs"),
        ("del PAGES['book/index.html']", "site/book/index.html: only in the first"),
        ("(root / 'book' / 'index.ipynb').write_text('{}')", "notebooks/index.ipynb: differs; line 1"),
        ("(root / 'book' / 'new.ipynb').write_text('{}')", "notebooks/new.ipynb: differs"),
    ],
)
def test_what_comes_out_otherwise_is_named(tmp_path: Path, changed: str, said: str) -> None:
    code = changed.replace("PAGES", "pages")
    root = project(tmp_path / "project", code)
    builder = root / "compendium" / "__main__.py"
    text = builder.read_text(encoding="utf-8").replace(f"    {code}", f"    pages = {PAGES!r}\n    {code}")
    builder.write_text(text.replace(f"in {PAGES!r}.items()", "in pages.items()"), encoding="utf-8")
    made_up.git(root, "commit", "--quiet", "--all", "--message", "Another")
    result = repeat(released(root), "--execute")
    assert result.exit_code == 1
    assert said in result.stderr
    assert "did not come out the same: 1 line above" in result.stderr


def test_a_book_that_is_printed_again_is_held_against_the_one_of_the_bundle(archive: Path) -> None:
    result = repeat(archive, "--execute", "--print")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0] == f"{print_files.PDF_FILE}: differs; another Chromium prints another PDF"


def test_a_step_that_fails_is_named(tmp_path: Path) -> None:
    result = repeat(released(project(tmp_path / "project", "raise SystemExit(3)")), "--execute")
    assert (result.exit_code, result.stderr.splitlines()[0]) == (
        1,
        "the build: ended with 3; its own words stand above",
    )


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        ({"a": b""}, ".edition.json does not say of which edition it is"),
        ({".edition.json": b"[]"}, ".edition.json does not say of which edition it is"),
        ({".edition.json": b'{"address": ""}'}, "the environment: ended with 2"),
        ({"../evil": b""}, "a path that leads elsewhere"),
    ],
)
def test_sources_that_are_none_are_told_in_a_sentence(
    archive: Path, tmp_path: Path, sources: dict[str, bytes], said: str
) -> None:
    files = {path: (archive.with_suffix("") / path).read_bytes() for path in compute_manifest(archive.with_suffix(""))}
    files[release_bundle.SOURCE_ARCHIVE] = pack(sources)
    told = json.loads(files[ro_crate.RO_CRATE_FILE])
    for node in told["@graph"]:
        if node["@id"] == release_bundle.SOURCE_ARCHIVE:
            node["sha256"] = hashlib.sha256(files[release_bundle.SOURCE_ARCHIVE]).hexdigest()
            node["contentSize"] = str(len(files[release_bundle.SOURCE_ARCHIVE]))
    files[ro_crate.RO_CRATE_FILE] = json.dumps(told).encode()
    (tmp_path / "a.zip").write_bytes(pack({f"a/{name}": held for name, held in summed(files).items()}))
    result = repeat(tmp_path / "a.zip", "--execute")
    assert result.exit_code == 1
    assert said in result.stderr
