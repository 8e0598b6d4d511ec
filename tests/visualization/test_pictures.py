"""Pictures of arrays and dicts."""

import sys

import matplotlib.image
import numpy as np
import pytest

from keras_arae import visualization

pytestmark = pytest.mark.once


def test_a_grid_holds_each_image():
    images = np.arange(3)[:, None, None] * np.ones((1, 2, 2))
    grid = visualization.image_grid(images / 2, num_columns=2, scale=1)
    assert grid.shape == (7, 7, 3)
    assert grid[1, 1, 0] == 0.0 and grid[1, 4, 0] == 0.5
    assert grid[4, 1, 0] == 1.0


def test_a_grid_of_something_else():
    with pytest.raises(ValueError, match=r"Received: images=.*shape \(3, 4\)"):
        visualization.image_grid(np.zeros((3, 4)))


def test_pairs_stand_above_each_other():
    images = np.arange(5)[:, None, None] * np.ones((1, 2, 2)) / 4
    pairs = visualization.paired_image_grid(
        images, 1 - images, num_columns=2, scale=1
    )
    # Two whole rows of two pairs; the fifth is left out.
    rows = [images[:2], 1 - images[:2], images[2:4], 1 - images[2:4]]
    expected = visualization.image_grid(
        np.concatenate(rows), num_columns=2, scale=1
    )
    assert np.array_equal(pairs, expected)
    with pytest.raises(ValueError, match=r"\(5, 2, 2\) and \(4, 2, 2\)"):
        visualization.paired_image_grid(images, images[:4])


def test_a_picture_is_written_as_it_is(tmp_path):
    picture = np.random.default_rng(0).random((4, 5, 3))
    visualization.save_image(picture, tmp_path / "picture.png")
    read = matplotlib.image.imread(tmp_path / "picture.png")
    assert np.abs(read[..., :3] - picture).max() < 0.01


def test_plane_of_quality_and_diversity(tmp_path):
    rows = {
        name: {"forward PPL": 10.0 + place, "reverse PPL": 30.0 - place}
        for place, name in enumerate(("real", "T = 0.5", "T = 1"))
    }
    path = tmp_path / "plane.png"
    visualization.plot_quality_diversity(rows, path, [["T = 0.5", "T = 1"]])
    assert path.read_bytes()[:4] == b"\x89PNG"


def test_learning_curves_show_what_the_log_holds(tmp_path, monkeypatch):
    log = {
        "epoch": [0.0, 1.0],
        "loss": [3.0, 2.0],
        "accuracy": [0.5, 0.7],
        "val_accuracy": [0.4, 0.6],
        "code_norm": [1.0, 1.0],
        "generated_code_norm": [0.5, 0.9],
        "flow_loss": [2.0, float("nan")],
    }
    titles = []
    from matplotlib.axes import Axes

    set_title = Axes.set_title

    def spy(axis, title, **options):
        titles.append((title, len(axis.lines)))
        return set_title(axis, title, **options)

    monkeypatch.setattr(Axes, "set_title", spy)
    path = tmp_path / "curves.png"
    visualization.plot_learning_curves(log, path)
    assert path.read_bytes()[:4] == b"\x89PNG"
    # A quantity that no panel knows has its own.
    assert titles == [("accuracy", 2), ("norm of codes", 2), ("flow loss", 1)]
    with pytest.raises(ValueError, match="Received: .*'epoch'"):
        visualization.plot_learning_curves({"epoch": [0.0]}, path)


def test_what_is_no_number_is_nan(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("epoch,loss\n0,2.5\n1,NA\n")
    log = visualization.read_log(path)
    assert log["epoch"] == [0.0, 1.0]
    assert log["loss"][0] == 2.5 and np.isnan(log["loss"][1])
    path.write_text("")
    assert visualization.read_log(path) == {}


@pytest.mark.parametrize(
    "draw",
    [
        lambda path: visualization.save_image(np.zeros((2, 2, 3)), path),
        lambda path: visualization.plot_quality_diversity({}, path),
        lambda path: visualization.plot_learning_curves({"a": [1.0]}, path),
    ],
)
def test_without_matplotlib_the_error_names_the_extra(
    draw, tmp_path, monkeypatch
):
    for name in ("matplotlib", "matplotlib.image", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=r"keras-arae\[plot\]"):
        draw(tmp_path / "picture.png")
