"""Makes the packaged corpus `moses_sample` of drug-like molecules.

The source is MOSES (https://github.com/molecularsets/moses, MIT), as the
Python package `molsets` carries it.

    pip download molsets==0.3.1 --no-deps
    python tools/make_moses_sample.py --source=molsets-0.3.1-py3-none-any.whl \\
        --overwrite

Of each of its sets the first molecules by SHA-256 digest are taken: of the
training set 95,000, of which 5,000 for validation, of the test set and of the
scaffold test set 5,000 each. The SMILES are not changed. The digest also
decides the place in the file, so the first `n` lines of a file are a random
sample. The same input gives the same bytes.
"""

import gzip
import zipfile

from absl import app
from absl import flags
from corpus import define_flags
from corpus import digest
from corpus import output_folder
from corpus import write_splits

MEMBER = "moses/dataset/data/{}.csv.gz"
LICENSE_MEMBER = "molsets-0.3.1.dist-info/LICENSE"
# Of which set of MOSES each split is, and how many.
SPLITS = {
    "train": ("train", 90000),
    "validation": ("train", 5000),
    "test": ("test", 5000),
    "test_scaffolds": ("test_scaffolds", 5000),
}

ORIGIN = """\
moses_sample
============

Molecules of MOSES, https://github.com/molecularsets/moses, chosen at random
from its training set (train, validation), its test set and its scaffold test
set. They were read as the Python package `molsets` 0.3.1 carries them and are
not changed; their order is lost. MOSES took them from ZINC Clean Leads and
filtered them: "Molecular Sets (MOSES): A Benchmarking Platform for Molecular
Generation Models", Polykovskiy et al., Frontiers in Pharmacology, 2020,
https://arxiv.org/abs/1811.12823. Made by `tools/make_moses_sample.py`.

MOSES' medicinal chemistry filters, which keras_arae/evaluation/molecules/
filters.py holds as patterns, are under the same licence:

"""

_SOURCE = flags.DEFINE_string(
    "source", None, "The file molsets-0.3.1-py3-none-any.whl.", required=True
)
define_flags("moses_sample")


def read_set(archive, name):
    """The molecules of one of MOSES' sets, sorted by digest."""
    title, *molecules = (
        gzip.decompress(archive.read(MEMBER.format(name))).decode().split()
    )
    if title != "SMILES":
        raise ValueError(f"Expected a column SMILES. Received: {title}")
    return sorted(set(molecules), key=digest)


def main(argv):
    folder = output_folder(argv)
    with zipfile.ZipFile(_SOURCE.value) as archive:
        sets = {
            name: read_set(archive, name)
            for name in dict.fromkeys(name for name, _ in SPLITS.values())
        }
        license_note = ORIGIN + archive.read(LICENSE_MEMBER).decode()
    splits = {}
    for split, (name, size) in SPLITS.items():
        splits[split] = sets[name][:size]
        del sets[name][:size]
    write_splits(splits, folder, license_note)


if __name__ == "__main__":
    app.run(main)
