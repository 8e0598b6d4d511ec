"""Reverse perplexity as training goes on, for early stopping."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import keras

from keras_arae.arguments import COUNT
from keras_arae.arguments import DICT
from keras_arae.arguments import SEED
from keras_arae.arguments import checked
from keras_arae.arguments import optional
from keras_arae.evaluation import reverse_perplexity
from keras_arae.evaluation.judges import make_judge
from keras_arae.evaluation.texts import check_texts


class ReversePerplexity(keras.callbacks.Callback):
    """Logs `val_reverse_perplexity` every few epochs.

    Draws samples, trains a language model on them and scores held-out text
    with it. The released code of the paper stops training on this number; so
    can `keras.callbacks.EarlyStopping(monitor="val_reverse_perplexity")`
    that comes after it in the list of callbacks. In epochs without a look
    the last number is logged again (count `every` into the patience).

    Args:
        test_text: list of str. Held-out sentences, tokenised as the model's
            samples are.
        num_samples: int. Sentences to draw. Defaults to `10000`.
        every: int. Epochs between two looks. Defaults to `1`.
        seed: int. Of the noise and the judge. Defaults to `0`.
        sampling: dict. Arguments of `generate`, such as
            `{"temperature": 1.0}`. Defaults to `None`: none.
        **options: the other arguments of
            `keras_arae.evaluation.reverse_perplexity`: `judge`, `units` and so
            on.

    Example:

    ```python
    text = ["a man sleeps .", "two men talk ."] * 20
    preprocessor = keras_arae.TextPreprocessor.from_corpus(text, max_length=5)
    model = keras_arae.TextARAE(preprocessor, embedding_dim=8, code_dim=8)
    model.compile()
    callbacks = [
        keras_arae.callbacks.ReversePerplexity(
            text, num_samples=40, units=8, embedding_dim=8, epochs=2
        ),
        keras.callbacks.EarlyStopping("val_reverse_perplexity", mode="min"),
    ]
    history = model.fit(text, epochs=2, callbacks=callbacks, verbose=0)
    assert history.history["val_reverse_perplexity"][0] > 1
    ```
    """

    @checked(num_samples=COUNT, every=COUNT, seed=SEED, sampling=optional(DICT))
    def __init__(
        self,
        test_text: Iterable[str],
        num_samples: int = 10000,
        every: int = 1,
        seed: int = 0,
        sampling: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__()
        self.test_text = check_texts(test_text)
        self.num_samples = num_samples
        self.every = every
        self.seed = seed
        self.sampling = sampling or {}
        self.options = options
        # Refuses settings before an epoch is trained.
        judge = {"judge": "lstm", **options}
        for name in ("vocabulary", "vocabulary_size"):
            judge.pop(name, None)
        make_judge(vocabulary=["a"], texts=[self.test_text], seed=seed, **judge)
        self._last: float | None = None

    def on_epoch_end(
        self, epoch: int, logs: dict[str, Any] | None = None
    ) -> None:
        """Adds the number to the log."""
        if self._last is None or (epoch + 1) % self.every == 0:
            samples = self.model.generate(
                self.num_samples, seed=self.seed, **self.sampling
            )
            found = reverse_perplexity(
                samples, self.test_text, seed=self.seed, **self.options
            )
            self._last = found.perplexity
        if logs is not None:
            logs["val_reverse_perplexity"] = self._last
