"""benchmarks/paper/text.py: the released settings, on an unseen file."""

import keras
import pytest
from scripts import run_script

pytestmark = pytest.mark.once
SCRIPT = "benchmarks/paper/text.py"
SMALL = [
    "--embedding_dim=8", "--code_dim=12", "--generator_dims=10",
    "--critic_dims=10", "--vocabulary_size=100", "--max_length=8",
    "--batch_size=20", "--num_samples=30", "--epochs=1",
]  # fmt: skip


@pytest.mark.parametrize("preset", ["demo", "snli"])
def test_results_stand_in_the_folder(tmp_path, clauses, preset):
    path, folder = tmp_path / "mine.txt", tmp_path / "run"
    path.write_text("\n".join(clauses[:120]))
    process = run_script(
        SCRIPT, f"--preset={preset}", f"--data={path}", *SMALL,
        f"--output_dir={folder}", "--top_k=3", backend="torch",
    )  # fmt: skip
    assert process.returncode == 0, process.stderr[-3000:]
    samples = (folder / "samples.txt").read_text().splitlines()
    assert len(samples) == 30 and any(samples)
    assert '"top_k": 3' in (folder / "flags.json").read_text()
    model = keras.saving.load_model(folder / "model.keras")
    assert model.prior.critic_data == {"demo": "reuse", "snli": "fresh"}[preset]


def test_a_preset_without_a_corpus_asks_for_one(tmp_path):
    process = run_script(
        SCRIPT, "--preset=one_billion_word", f"--output_dir={tmp_path}/run"
    )
    assert process.returncode != 0
    assert "pass --data" in process.stdout + process.stderr
