"""Draws docs/phases.png: the networks, and what each phase trains.

python tools/draw_phases.py docs/phases.png
"""

import sys

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

NODES = {
    "x": (0.6, 2.0), "encoder": (2.2, 2.0), "code": (3.8, 2.0),
    "decoder": (5.4, 2.0), "x again": (7.0, 2.0),
    "noise": (0.6, 0.6), "generator": (2.2, 0.6),
    "generated\ncode": (3.8, 0.6), "critic": (5.4, 0.6), "score": (7.0, 0.6),
}  # fmt: skip
ARROWS = [
    ("x", "encoder"), ("encoder", "code"), ("code", "decoder"),
    ("decoder", "x again"), ("noise", "generator"),
    ("generator", "generated\ncode"), ("generated\ncode", "critic"),
    ("critic", "score"), ("code", "critic"),
]  # fmt: skip
NETWORKS = {"encoder", "decoder", "generator", "critic"}
PHASES = [
    ("1  reconstruction: x from its noisy code",
     {"encoder", "decoder"}, {"noise", "generator", "generated\ncode",
                              "critic", "score"}),
    ("2  critic, several times: real codes up, generated ones down",
     {"critic"}, {"decoder", "x again"}),
    ("3  encoder: scores of real codes down",
     {"encoder"}, {"decoder", "x again", "noise", "generator",
                   "generated\ncode"}),
    ("4  generator: scores of generated codes up",
     {"generator"}, {"decoder", "x again", "x", "encoder", "code"}),
]  # fmt: skip


def draw(path):
    """Draws the four phases, two by two.

    Args:
        path: str. The picture to write.
    """
    figure = Figure(figsize=(12, 5.2), layout="constrained")
    for axis, phase in zip(figure.subplots(2, 2).ravel(), PHASES):
        draw_phase(axis, *phase)
    figure.savefig(path, dpi=110)


def draw_phase(axis, title, trained, idle):
    axis.set_title(title, fontsize=11, loc="left")
    axis.set(xlim=(-0.1, 7.7), ylim=(0, 2.6))
    axis.axis("off")
    for start, end in ARROWS:
        color = "0.85" if {start, end} & idle else "0.3"
        axis.annotate(
            "",
            xy=NODES[end],
            xytext=NODES[start],
            arrowprops=dict(
                arrowstyle="->", color=color, lw=1.3, shrinkA=33, shrinkB=33
            ),
        )
    for name, (x, y) in NODES.items():
        faint = name in idle
        color = "#f28e2b" if name in trained else "white"
        if name in NETWORKS:
            axis.add_patch(
                FancyBboxPatch(
                    (x - 0.48, y - 0.22),
                    0.96,
                    0.44,
                    boxstyle="round,pad=0.05",
                    facecolor=color,
                    edgecolor="0.8" if faint else "0.2",
                )
            )
        axis.text(
            x, y, name, ha="center", va="center", fontsize=9,
            color="0.75" if faint else "black",
        )  # fmt: skip


if __name__ == "__main__":
    draw(sys.argv[1])
