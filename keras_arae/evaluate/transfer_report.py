"""The metrics of transferred sentences beside each other."""

import numpy as np

from keras_arae import metrics
from keras_arae.metrics.judges import make_vocabulary
from keras_arae.metrics.perplexity import make_judge
from keras_arae.metrics.texts import check_texts


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
    report = keras_arae.evaluate.TransferReport(
        text, text, units=8, embedding_dim=8, epochs=1
    )
    row = report.row({"good": text["good"], "bad": text["bad"]})
    assert row["accuracy"] == 1.0
    ```
    """

    def __init__(
        self,
        train,
        test,
        judge="lstm",
        num_sentences=20000,
        vocabulary_size=10000,
        seed=0,
        **options,
    ):
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
        self.classifier = metrics.TextClassifier().fit(everything, labels)
        self._forward = {}

    def sources(self, to):
        """Test sentences to rewrite as a class: those of all others."""
        return [
            sentence
            for name, sentences in self.test.items()
            if name != to
            for sentence in sentences
        ]

    def real(self):
        """The row of real sentences of each class, in place of rewritten."""
        return self._row(self.test)

    def row(self, outputs, references=None):
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
        bleu = self._bleu(outputs, {n: self.sources(n) for n in self.test})
        others = {"BLEU": bleu}
        if references is not None:
            others["BLEU, references"] = self._bleu(outputs, references)
        mean = (100 * row["accuracy"] * bleu) ** 0.5
        accuracy = row.pop("accuracy")
        return {
            "accuracy": accuracy,
            **others,
            "geometric mean": mean,
            **row,
        }

    def _bleu(self, outputs, references):
        pairs = [
            pair
            for name in self.test
            for pair in zip(outputs[name], references[name], strict=True)
        ]
        return metrics.bleu([pair[0] for pair in pairs], [p[1] for p in pairs])

    def _row(self, texts):
        hits, forward, reverse, row = [], [], [], {}
        for name in self.test:
            found = self.classifier.predict(texts[name]) == name
            hits.extend(found)
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
            "accuracy": float(np.mean(hits)),
            "forward PPL": geometric_mean(forward),
            "reverse PPL": geometric_mean(reverse),
            **row,
        }

    def _some(self, sentences):
        """At most `num_sentences`, drawn at random."""
        places = np.random.default_rng(self.seed).permutation(len(sentences))
        return [sentences[place] for place in places[: self.num_sentences]]

    def _forward_judge(self, name):
        if name not in self._forward:
            samples = self._some(self.train[name])
            self._forward[name] = self._new_judge(samples).fit(samples)
        return self._forward[name]

    def _new_judge(self, samples):
        texts = [samples, *self.train.values(), *self.test.values()]
        options = self.options
        if self.judge == "lstm":
            options = {"seed": self.seed, **options}
        return make_judge(self.judge, self.vocabulary, texts, options)


def geometric_mean(values):
    return float(np.exp(np.mean(np.log(values))))
