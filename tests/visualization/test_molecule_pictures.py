"""Pictures of molecules: that they are there, and of the size they must be."""

import xml.etree.ElementTree

import matplotlib.colors
import matplotlib.image
import numpy as np
import pytest

from keras_arae import visualization

pytestmark = pytest.mark.once
MOLECULES = ["C" * 999, "C1CC", "C[N+](C)(C)C.[Cl-]", "c1ccccc1"]


def ink(picture):
    return int((picture[..., :3].min(axis=2) < 0.9).sum())


def test_a_grid_has_a_place_for_each(tmp_path):
    path = tmp_path / "grid.png"
    visualization.plot_molecules(MOLECULES, path, num_columns=3)
    picture = matplotlib.image.imread(path)
    height, width = picture.shape[0] // 2, picture.shape[1] // 3
    places = [
        ink(picture[row : row + height, column : column + width])
        for row in (0, height)
        for column in (0, width, 2 * width)
    ]
    # What is huge or no molecule says so; two places are empty.
    assert all(places[:4]) and not any(places[4:])


def test_one_molecule_is_an_element():
    drawn = [visualization.molecule_svg(one, 120, 90) for one in MOLECULES]
    for svg in drawn:
        root = xml.etree.ElementTree.fromstring(svg)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert (root.get("width"), root.get("height")) == ("120px", "90px")
    # Bonds are lines; a place without a molecule has words only.
    bonds = [svg.count("class='bond-") for svg in drawn]
    assert bonds[0] == bonds[1] == 0 < bonds[2] < bonds[3]


def test_paths_are_rows(tmp_path):
    path = tmp_path / "paths.png"
    visualization.plot_molecule_paths([MOLECULES, MOLECULES[::-1]], path)
    height, width, _ = matplotlib.image.imread(path).shape
    one = tmp_path / "one.png"
    visualization.plot_molecules(["C"], one, [], ["methane"])
    small = matplotlib.image.imread(one)
    assert (height, width) == (2 * small.shape[0], 4 * small.shape[1])
    with pytest.raises(ValueError, match=r"lengths \[1, 2\]"):
        visualization.plot_molecule_paths([["C"], ["C", "CC"]], path)


def test_distributions(tmp_path):
    path = tmp_path / "properties.png"
    sets = {"data": MOLECULES * 5, "one": ["CCO"]}
    visualization.plot_properties(sets, path, ["logP", "TPSA", "weight"])
    assert np.ptp(matplotlib.image.imread(path)) > 0
    with pytest.raises(ValueError, match="'none' with 2 strings and no mol"):
        visualization.plot_properties({"none": ["", "C1CC"]}, path)
    with pytest.raises(ValueError, match="no set"):
        visualization.plot_properties({}, path)


def test_two_properties_that_were_asked_for(tmp_path):
    path = tmp_path / "asked.png"
    asked = [{"logP": 0.0, "QED": 0.5}, {"logP": 1.0, "QED": 0.5}]
    sets = [["c1ccccc1", "CCN"], ["CCO", "no molecule"]]
    visualization.plot_asked_properties(asked, sets, path)
    picture = matplotlib.image.imread(path)[..., :3]
    for color in ("C0", "C1"):  # Its cross is there, and nothing hides it.
        wanted = matplotlib.colors.to_rgb(color)
        assert np.abs(picture - wanted).max(axis=-1).min() < 0.01
    plot = visualization.plot_asked_properties
    with pytest.raises(ValueError, match=r"\['logP'\], \['logP'\]"):
        plot([{"logP": 0.0}] * 2, sets, path)
    with pytest.raises(ValueError, match="2 dicts and 1 lists"):
        plot(asked, sets[:1], path)
    with pytest.raises(ValueError, match="'QED'.*Received.*nan"):
        plot([{"logP": 0.0, "QED": float("nan")}], sets[:1], path)


@pytest.mark.parametrize(
    "smiles, legends, message",
    [
        ([], None, "1 to 400 molecules"),
        (["C"] * 401, None, "Received: 401"),
        (["C"], ["a", "b"], "2 legends of 1 molecules"),
    ],
)
def test_what_cannot_be_drawn(tmp_path, smiles, legends, message):
    with pytest.raises(ValueError, match=message):
        visualization.plot_molecules(
            smiles, tmp_path / "a.png", legends=legends
        )
    assert not list(tmp_path.iterdir())
