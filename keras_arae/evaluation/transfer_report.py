"""Transferred sentences, judged beside real ones."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_arae.arguments import COUNT
from keras_arae.arguments import DICT
from keras_arae.arguments import SEED
from keras_arae.arguments import TEXT
from keras_arae.arguments import checked
from keras_arae.arguments import optional
from keras_arae.evaluation.bleu import bleu
from keras_arae.evaluation.judges import JUDGE
from keras_arae.evaluation.judges import KenLMJudge
from keras_arae.evaluation.judges import LSTMJudge
from keras_arae.evaluation.judges import make_judge
from keras_arae.evaluation.judges import make_vocabulary
from keras_arae.evaluation.texts import check_texts
from keras_arae.evaluation.texts import draw_texts
from keras_arae.evaluation.transfer import TextClassifier

# Sentences of each class.
Texts = Mapping[str, Sequence[str]]


class TransferReport:
    """Judges sentences that were rewritten with another label.

    A classifier and, for each class, a language model learn from the training
    text. All text must be tokenised in one way.

    Args:
        train: dict of class name to list of str. What models learned from.
        test: dict of class name to list of str. What is rewritten.
        judge: `"lstm"` or `"kenlm"`. Of perplexities. Defaults to `"lstm"`.
        num_sentences: int. Sentences a class that judges learn from, the
            most. Defaults to `20000`.
        vocabulary_size: int. Words that language models know. Defaults to
            `10000`.
        seed: int. Of the judges. Defaults to `0`.
        **options: arguments of the language models, such as `units`.

    Example:

    ```python
    text = {"good": ["it was good ."] * 20, "bad": ["it was bad ."] * 20}
    report = keras_arae.evaluation.TransferReport(
        text, text, units=8, embedding_dim=8, epochs=1
    )
    row = report.row({"good": text["good"], "bad": text["bad"]})
    assert row["accuracy"] == 1.0
    ```
    """

    @checked(
        train=DICT,
        test=DICT,
        judge=JUDGE,
        num_sentences=COUNT,
        vocabulary_size=COUNT,
        seed=SEED,
    )
    def __init__(
        self,
        train: Texts,
        test: Texts,
        judge: str = "lstm",
        num_sentences: int = 20000,
        vocabulary_size: int = 10000,
        seed: int = 0,
        **options: Any,
    ) -> None:
        self.train = {name: check_texts(text) for name, text in train.items()}
        self.test = {name: check_texts(text) for name, text in test.items()}
        if list(self.train) != list(self.test):
            raise ValueError(
                "Training and test sentences must be of the same classes. "
                f"Received: {list(self.train)} and {list(self.test)}"
            )
        self.judge = judge
        self.num_sentences = num_sentences
        self.seed = seed
        self.options = options
        everything = [text for name in train for text in train[name]]
        labels = [name for name in train for _ in train[name]]
        self.vocabulary = make_vocabulary(everything, vocabulary_size)
        self.classifier = TextClassifier().fit(everything, labels)
        self._new_judge(everything)  # Refuses settings now.
        self._forward: dict[str, LSTMJudge | KenLMJudge] = {}

    @checked(to=TEXT)
    def sources(self, to: str) -> list[str]:
        """Test sentences to rewrite as a class: those of all others.

        Args:
            to: str. Name of the class.

        Returns:
            A list of str.
        """
        return [
            sentence
            for name, sentences in self.test.items()
            if name != to
            for sentence in sentences
        ]

    def real(self) -> dict[str, float]:
        """The row of real sentences of each class: what perfect looks like.

        Returns:
            A dict of name to float.
        """
        return self._row(self.test)

    @checked(outputs=DICT, references=optional(DICT))
    def row(
        self, outputs: Texts, references: Texts | None = None
    ) -> dict[str, float]:
        """The row of rewritten sentences.

        Args:
            outputs: dict of class name to list of str: `sources(name)`,
                rewritten as that class, in the same order.
            references: dict of class name to list of str, what people wrote
                in their place, or `None`. Defaults to `None`.

        Returns:
            A dict of name to float. "geometric mean" is that of the accuracy,
            in percent, and BLEU against the input.
        """
        for name in self.test:
            given = len(outputs.get(name, ()))
            if given != len(self.sources(name)):
                raise ValueError(
                    f"Expected {len(self.sources(name))} sentences rewritten "
                    f"as {name!r}, one for each of another class. "
                    f"Received: {given}"
                )
        row = self._row(outputs)
        accuracy = row.pop("accuracy")
        sources = {name: self.sources(name) for name in self.test}
        kept = self._bleu(outputs, sources)
        scores = {"BLEU": kept}
        if references is not None:
            scores["BLEU, references"] = self._bleu(outputs, references)
        return {
            "accuracy": accuracy,
            **scores,
            "geometric mean": (100 * accuracy * kept) ** 0.5,
            **row,
        }

    def _bleu(self, outputs: Texts, references: Texts) -> float:
        pairs = [
            pair
            for name in self.test
            for pair in zip(outputs[name], references[name], strict=True)
        ]
        hypotheses, wanted = zip(*pairs)
        return bleu(hypotheses, wanted)

    def _row(self, texts: Texts) -> dict[str, float]:
        correct, forward, reverse, row = [], [], [], {}
        for name in self.test:
            found = self.classifier.predict(texts[name]) == name
            correct.extend(found)
            row[f"accuracy, {name}"] = float(np.mean(found))
            samples = self._some(texts[name])
            score = self._forward_judge(name).score(samples)
            row[f"forward PPL, {name}"] = score.perplexity
            forward.append(score.perplexity)
            # Real sentences judge themselves by others: those of training.
            if texts is self.test:
                samples = self._some(self.train[name])
            judge = self._new_judge(samples)
            score = judge.fit(samples).score(self._some(self.test[name]))
            row[f"reverse PPL, {name}"] = score.perplexity
            reverse.append(score.perplexity)
        return {
            "accuracy": float(np.mean(correct)),
            "forward PPL": _geometric_mean(forward),
            "reverse PPL": _geometric_mean(reverse),
            **row,
        }

    def _some(self, sentences: Sequence[str]) -> list[str]:
        return draw_texts(sentences, self.num_sentences, self.seed)

    def _forward_judge(self, name: str) -> LSTMJudge | KenLMJudge:
        if name not in self._forward:
            samples = self._some(self.train[name])
            self._forward[name] = self._new_judge(samples).fit(samples)
        return self._forward[name]

    def _new_judge(self, samples: list[str]) -> LSTMJudge | KenLMJudge:
        texts = [samples, *self.train.values(), *self.test.values()]
        return make_judge(
            self.judge, self.vocabulary, texts, self.seed, **self.options
        )


def _geometric_mean(values: Sequence[float]) -> float:
    return float(np.exp(np.mean(np.log(values))))
