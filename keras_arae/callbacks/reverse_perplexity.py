"""Reverse perplexity as training goes on, for early stopping."""

import keras

from keras_arae.metrics.perplexity import reverse_perplexity


class ReversePerplexity(keras.callbacks.Callback):
    """Logs `val_reverse_perplexity` every few epochs.

    Draws samples, trains a language model on them and scores held-out text
    with it. The released code of the paper stops training on this number; so
    can `keras.callbacks.EarlyStopping(monitor="val_reverse_perplexity")`
    that stands behind it in the list of callbacks. Between two looks the last
    number stands in the log (count `every` into the patience).

    Args:
        test_text: list of str. Held-out sentences, tokenised as the model's
            samples are.
        num_samples: int. Sentences to draw. Defaults to `10000`.
        every: int. Epochs between two looks. Defaults to `1`.
        seed: int. Of the noise and the judge. Defaults to `0`.
        sampling: dict. Arguments of `generate`, such as
            `{"temperature": 1.0}`. Defaults to `None`: none.
        **options: the other arguments of
            `keras_arae.metrics.reverse_perplexity`: `judge`, `units` and so
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

    def __init__(
        self,
        test_text,
        num_samples=10000,
        every=1,
        seed=0,
        sampling=None,
        **options,
    ):
        super().__init__()
        self.test_text = list(test_text)
        self.num_samples = num_samples
        self.every = every
        self.seed = seed
        self.sampling = sampling or {}
        self.options = options
        self._last = None

    def on_epoch_end(self, epoch, logs=None):
        if self._last is None or (epoch + 1) % self.every == 0:
            samples = self.model.generate(
                self.num_samples, seed=self.seed, **self.sampling
            )
            options = dict(self.options)
            if options.get("judge", "lstm") == "lstm":
                options.setdefault("seed", self.seed)
            found = reverse_perplexity(samples, self.test_text, **options)
            self._last = found.perplexity
        logs["val_reverse_perplexity"] = self._last
