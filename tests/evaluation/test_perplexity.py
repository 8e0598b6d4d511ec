"""Forward and reverse perplexity, and the judges behind them."""

import json
import math
import random
import stat
import sys

import numpy as np
import pytest

from keras_arae import evaluation
from keras_arae.evaluation.judges import held_out_indices
from keras_arae.evaluation.judges import make_vocabulary

# A chain of words: each depends on the one before it, and so does the end.
WORDS = list("abcdefgh")
SMALL = {"units": 24, "embedding_dim": 8, "learning_rate": 1e-2}


class Chain:
    """A bigram language whose probabilities are known."""

    def __init__(self, seed=0):
        generator = np.random.default_rng(seed)
        self.first = generator.dirichlet(np.ones(8))
        self.ends = generator.uniform(0.2, 0.6, size=8)
        self.next = generator.dirichlet(np.full(8, 0.3), size=8)

    def draw(self, num_sentences, seed):
        generator = np.random.default_rng(seed)
        text = []
        for _ in range(num_sentences):
            words = [generator.choice(8, p=self.first)]
            while generator.random() > self.ends[words[-1]]:
                words.append(generator.choice(8, p=self.next[words[-1]]))
            text.append(" ".join(WORDS[word] for word in words))
        return text

    def perplexity(self, text):
        nats, num_tokens = 0.0, 0
        for line in text:
            words = [WORDS.index(word) for word in line.split()]
            nats -= math.log(self.first[words[0]])
            for word, following in zip(words, words[1:]):
                nats -= math.log1p(-self.ends[word])
                nats -= math.log(self.next[word, following])
            nats -= math.log(self.ends[words[-1]])
            num_tokens += len(words) + 1
        return math.exp(nats / num_tokens)


CHAIN = Chain()
TRAIN, TEST = CHAIN.draw(10000, seed=1), CHAIN.draw(1000, seed=2)
UNIFORM = 9.0  # Eight words and the end, all as likely.


@pytest.fixture(scope="module")
def judge():
    judge = evaluation.LSTMJudge(WORDS, max_length=30, batch_size=256, **SMALL)
    return judge.fit(TRAIN)


@pytest.mark.once
def test_the_lstm_judge_finds_the_true_perplexity(judge):
    found = judge.score(TEST)
    true = CHAIN.perplexity(TEST)
    assert true < UNIFORM / 2
    assert found.perplexity == pytest.approx(true, rel=0.02)
    assert found.num_tokens == sum(len(line.split()) + 1 for line in TEST)
    assert found.unknown_share == 0
    # The best weights are kept, not the last.
    losses = judge.model.history.history["val_loss"]
    watched = [TRAIN[index] for index in held_out_indices(len(TRAIN), 0)[1]]
    assert len(watched) == 500 and min(losses) < losses[-1]
    assert judge.score(watched).perplexity == pytest.approx(
        math.exp(min(losses)), rel=1e-5
    )
    # Text of another chain surprises it as much as it should at least.
    other = Chain(seed=5).draw(300, seed=3)
    assert judge.score(other).perplexity > 2 * true


@pytest.mark.once
def test_forward_perplexity_sees_quality_only(judge):
    shuffled = [" ".join(sorted(line.split())) for line in TEST]
    likeliest = min(set(TEST), key=lambda line: CHAIN.perplexity([line]))
    real, bad, collapsed = (
        judge.score(samples).perplexity
        for samples in (TEST, shuffled, [likeliest] * 1000)
    )
    assert bad > 1.2 * real
    assert collapsed < 0.8 * real


@pytest.mark.once
def test_reverse_perplexity_falls_with_diversity():
    samples = TRAIN[:400]
    half = samples[:200] + samples[:1] * 200
    floor, half, collapsed = (
        evaluation.reverse_perplexity(text, TEST[:300], **SMALL).perplexity
        for text in (samples, half, samples[:1] * 400)
    )
    assert 1.02 * floor < half < collapsed / 2
    assert floor == pytest.approx(CHAIN.perplexity(TEST[:300]), rel=0.15)
    assert collapsed > 5 * floor


def test_a_seed_repeats_the_number_and_spares_the_users():
    random.seed(4)
    np.random.seed(4)
    states = random.getstate(), np.random.get_state()[1].tolist()
    options = {**SMALL, "epochs": 2}
    found = [
        evaluation.reverse_perplexity(
            TRAIN[:200], TEST[:50], seed=seed, **options
        )
        for seed in (0, 0, 1)
    ]
    assert found[0] == found[1] != found[2]
    assert random.getstate() == states[0]
    assert np.random.get_state()[1].tolist() == states[1]


# What is counted.


@pytest.mark.once
def test_unknown_words_and_ends_are_counted():
    # The judge makes room for both texts: none is cut.
    options = {"units": 4, "embedding_dim": 4, "epochs": 1}
    text = ["a zebra b", "b", "a b b a", "<unk>"]
    found = evaluation.reverse_perplexity(
        ["a b", "b"], text, vocabulary=["a", "b"], **options
    )
    assert (found.num_tokens, found.unknown_share) == (9 + 4, 2 / 9)
    found = evaluation.forward_perplexity(["a b", "b"], text, **options)
    assert (found.num_tokens, found.unknown_share) == (9 + 4, 2 / 9)
    # By default the real text says which words are known: "b" comes most.
    found = evaluation.reverse_perplexity(
        ["c c"], text, vocabulary_size=1, **options
    )
    assert found.unknown_share == 5 / 9


@pytest.mark.once
def test_words_are_what_stands_between_whitespace():
    text = ["It's A dog-house", "it's a", "it's"]
    assert make_vocabulary(text) == ["it's", "A", "It's", "a", "dog-house"]
    assert make_vocabulary(text, 1) == ["it's"]
    assert make_vocabulary(["<unk> a <s> </s> <pad>"]) == ["a"]


@pytest.mark.once
def test_longer_sentences_than_the_judges_are_cut_and_counted(caplog):
    judge = evaluation.LSTMJudge(WORDS, epochs=1, units=4, embedding_dim=4)
    # One sentence to learn from is enough, and an empty one to score.
    found = judge.fit(["a b"]).score(["a b c d", ""])
    assert "1 of 2 sentences have more than max_length=2" in caplog.text
    assert found.num_tokens == 3 + 1 and found.perplexity > 1


# What is refused, before anything is trained.


@pytest.fixture
def no_training(monkeypatch):
    def fit(self, text):
        raise AssertionError("A judge was trained.")

    monkeypatch.setattr(evaluation.LSTMJudge, "fit", fit)


@pytest.mark.once
@pytest.mark.parametrize(
    "metric", [evaluation.forward_perplexity, evaluation.reverse_perplexity]
)
def test_refused(no_training, metric):
    text = ["a b"] * 3
    with pytest.raises(ValueError, match="Received: judge='gpt'"):
        metric(text, text, judge="gpt")
    for wrong, message in [
        ([], "Received: 0 sentences"),
        ("a b", "not one string.*Received: 'a b'"),
        (["a b", 3], "Received: an element 3"),
    ]:
        with pytest.raises(ValueError, match=message):
            metric(wrong, text)
        with pytest.raises(ValueError, match=message):
            metric(text, wrong)


# KenLM's programs, played by scripts.

LMPLZ = """
import json, pathlib, sys
text = sys.stdin.read()
pathlib.Path(__file__ + ".json").write_text(
    json.dumps({"options": sys.argv[1:], "text": text})
)
print("an ARPA file with \\u00e9")
"""
QUERY = """
import json, pathlib, sys
model = pathlib.Path(sys.argv[-1]).read_text(encoding="utf-8")
pathlib.Path(__file__ + ".json").write_text(json.dumps(
    {"options": sys.argv[1:-1], "text": sys.stdin.read(), "model": model}
))
print("Perplexity including OOVs:\\t12.5")
print("Perplexity excluding OOVs:\\t3.5")
print("OOVs:\\t0")
"""


def write_program(path, code):
    path.write_text(f"#!{sys.executable}\n{code}", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def programs(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8")
    write_program(tmp_path / "lmplz", LMPLZ)
    write_program(tmp_path / "query", QUERY)
    return tmp_path


def record(path):
    return json.loads(path.read_text())


@pytest.mark.once
def test_kenlm_is_run_on_known_words(programs):
    found = evaluation.reverse_perplexity(
        ["a b", "a zebra", "é <unk>"],
        ["b", "a gnu é"],
        judge="kenlm",
        vocabulary=["a", "b", "é"],
        directory=programs,
        order=3,
    )
    assert found == evaluation.Perplexity(12.5, 4 + 2, 1 / 4)
    counted = record(programs / "lmplz.json")
    assert counted["text"] == "a b\na [unknown]\né [unknown]\n"
    options = counted["options"]
    assert options[options.index("-o") + 1] == "3"
    assert "--discount_fallback" in options
    assert "--vocab_pad" in options
    queried = record(programs / "query.json")
    assert queried["text"] == "b\na [unknown] é\n"
    assert queried["options"] == ["-v", "summary"]
    assert queried["model"] == "an ARPA file with \u00e9\n"


@pytest.mark.once
def test_kenlm_is_found_on_the_path(programs, monkeypatch):
    monkeypatch.setenv("PATH", str(programs))
    found = evaluation.forward_perplexity(["a b"], ["a c"], judge="kenlm")
    assert found == evaluation.Perplexity(12.5, 3, 1 / 2)
    options = record(programs / "lmplz.json")["options"]
    assert options[options.index("-o") + 1] == "5"


@pytest.mark.once
@pytest.mark.parametrize(
    "there, missing", [([], "lmplz"), (["lmplz"], "query")]
)
def test_without_kenlm_the_error_says_what_to_do(tmp_path, there, missing):
    for name in there:
        write_program(tmp_path / name, LMPLZ)
    with pytest.raises(FileNotFoundError) as error:
        evaluation.reverse_perplexity(
            ["a b"], ["a b"], judge="kenlm", directory=tmp_path
        )
    message = str(error.value)
    for part in (
        f"`{missing}`",
        "https://github.com/kpu/kenlm",
        "judge='lstm'",
        f"Received: directory={tmp_path}",
    ):
        assert part in message


@pytest.mark.once
def test_what_a_failing_program_says_is_shown(programs):
    failing = "import sys; sys.exit('ERROR: 3-gram discount out of range')"
    write_program(programs / "lmplz", failing)
    with pytest.raises(RuntimeError, match="lmplz failed.*3-gram discount"):
        evaluation.reverse_perplexity(
            ["a b"], ["a b"], judge="kenlm", directory=programs
        )
