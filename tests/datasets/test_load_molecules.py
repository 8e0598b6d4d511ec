import gzip
import hashlib
import pathlib
import subprocess
import sys
import zipfile

import pytest
from rdkit import Chem

from keras_arae import datasets
from keras_arae.data import chemistry
from keras_arae.datasets import moses

pytestmark = pytest.mark.once
ROOT = pathlib.Path(__file__).parents[2]
SIZES = {
    "train": 90000,
    "validation": 5000,
    "test": 5000,
    "test_scaffolds": 5000,
}


def test_the_packaged_sample():
    splits = {split: datasets.load_molecules(split=split) for split in SIZES}
    assert {name: len(part) for name, part in splits.items()} == SIZES
    everything = [one for part in splits.values() for one in part]
    assert len(set(everything)) == len(everything)
    for part in splits.values():
        some = part[:100]
        # An older rdkit spelled one in a thousand otherwise.
        assert sum(chemistry.canonical(one) == one for one in some) >= 99
    folder = pathlib.Path(datasets.__file__).parent / "moses_sample"
    note = (folder / "LICENSE.txt").read_text(encoding="utf-8")
    assert "Insilico Medicine" in note and "Permission is hereby" in note


@pytest.mark.parametrize(
    "name, content",
    [
        ("a.smi", "CCO ethanol\nCCN\tamine\n"),
        ("a.smiles", "\ufeffSMILES Name\r\nCCO ethanol\r\n\r\nCCN\r\n"),
        ("a.txt", "CCO\nCCN"),
        ("a.csv", 'id,Smiles\n1,CCO\n"2","CCN"\n'),
        ("a.tsv", "canonical_smiles\tid\nCCO\t1\nCCN\t2\n"),
    ],
)
def test_files(tmp_path, name, content):
    (tmp_path / name).write_text(content, encoding="utf-8", newline="")
    (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content.encode()))
    for path in (tmp_path / name, str(tmp_path / f"{name}.gz")):
        assert datasets.load_molecules(path) == ["CCO", "CCN"]


def test_an_sdf(tmp_path, caplog):
    path = tmp_path / "a.sdf"
    with Chem.SDWriter(str(path)) as writer:
        for smiles in ("OCC", "CN"):
            writer.write(Chem.MolFromSmiles(smiles))
    assert datasets.load_molecules(path) == ["CCO", "CN"]
    path.write_text(path.read_text() + "nonsense\n$$$$\n")
    assert datasets.load_molecules(path) == ["CCO", "CN"]
    assert "Skipped 1 of 3" in caplog.text
    path.write_text("nonsense\n$$$$\n")
    with pytest.raises(ValueError, match="with 1 records"):
        datasets.load_molecules(path)


def test_a_folder_and_a_named_column(tmp_path):
    (tmp_path / "train.csv").write_text("left,right\nC,CC\n")
    (tmp_path / "test_scaffolds.smi").write_text("CCC\n")
    load = datasets.load_molecules
    assert load(tmp_path, column="right") == ["CC"]
    assert load(tmp_path, "test_scaffolds") == ["CCC"]
    with pytest.raises(ValueError, match=r"'left', 'right'\]. Received"):
        load(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"test\.smi"):
        load(tmp_path, "test")


@pytest.mark.parametrize(
    "name, content, split, message",
    [
        ("a.smi", "\n \n", "train", "with 2 lines, all blank"),
        ("a.mol2", "C\n", "train", r"\.sdf.*Received: .*a\.mol2"),
        ("a.smi", "C\n", "test", "hold_out"),
    ],
)
def test_files_that_are_none(tmp_path, name, content, split, message):
    (tmp_path / name).write_text(content)
    with pytest.raises(ValueError, match=message):
        datasets.load_molecules(tmp_path / name, split)


def test_an_unknown_source_lists_the_corpora():
    with pytest.raises(FileNotFoundError, match="'moses_sample', 'moses'"):
        datasets.load_molecules("mose")


# All of MOSES: from a package that must not be imported, or downloaded.


def test_moses_of_the_installed_package(tmp_path, monkeypatch):
    data = tmp_path / "moses" / "dataset" / "data"
    data.mkdir(parents=True)
    (tmp_path / "moses" / "__init__.py").write_text("raise RuntimeError")
    (data / "train.csv.gz").write_bytes(gzip.compress(b"SMILES\nCCO\nCN\n"))
    monkeypatch.syspath_prepend(tmp_path)
    assert datasets.load_molecules("moses") == ["CCO", "CN"]
    with pytest.raises(ValueError, match=r"Received: split='validation'"):
        datasets.load_molecules("moses", "validation")


@pytest.fixture
def site(tmp_path, monkeypatch):
    """MOSES' site in a folder, with one file; none is installed."""
    folder = tmp_path / "site"
    folder.mkdir()
    content = gzip.compress(b"SMILES\nCCO\nCN\n")
    (folder / "test.csv.gz").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    monkeypatch.setattr(moses.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(moses, "URL", f"{folder.as_uri()}/")
    monkeypatch.setattr(moses, "SHA256", {"test.csv.gz": digest})
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    return folder


def test_moses_is_downloaded_once(site):
    assert datasets.load_molecules("moses", "test") == ["CCO", "CN"]
    (site / "test.csv.gz").unlink()
    assert datasets.load_molecules("moses", "test") == ["CCO", "CN"]


def test_another_file_is_refused(site, tmp_path):
    (site / "test.csv.gz").write_bytes(gzip.compress(b"SMILES\nC\n"))
    with pytest.raises(ValueError, match="--no-deps molsets.*Received"):
        datasets.load_molecules("moses", "test")
    assert not list((tmp_path / "home").rglob("*.csv.gz"))


def test_offline_says_what_to_do(site):
    (site / "test.csv.gz").unlink()
    with pytest.raises(OSError, match="--no-deps molsets.*Received"):
        datasets.load_molecules("moses", "test")


def test_what_makes_the_sample(tmp_path):
    wheel = tmp_path / "molsets.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in ("train", "test", "test_scaffolds"):
            lines = ["SMILES", *(f"{name}{i}" for i in range(3))]
            archive.writestr(
                f"moses/dataset/data/{name}.csv.gz",
                gzip.compress("\n".join(lines).encode()),
            )
        archive.writestr("molsets-0.3.1.dist-info/LICENSE", "MIT")
    command = [
        sys.executable, ROOT / "tools" / "make_moses_sample.py",
        f"--source={wheel}", f"--output={tmp_path}/made",
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    made = gzip.decompress((tmp_path / "made/train.txt.gz").read_bytes())
    assert sorted(made.decode().split()) == ["train0", "train1", "train2"]
    note = (tmp_path / "made" / "LICENSE.txt").read_text()
    assert note.endswith("MIT")
