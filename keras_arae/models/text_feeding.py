"""Sentences as users' data: what every text model does with them."""

import numpy as np

from keras_arae.preprocessing.sentences import check_sentences


class TextFeeding:
    """Mixin of text models: strings in, strings out, around a preprocessor."""

    def prepare(self, x):
        """Turns sentences, or rows of ids, into rows of ids.

        Args:
            x: list of str, or int array of shape `(num_rows, max_length + 1)`.

        Returns:
            An int32 array of shape `(num_rows, max_length + 1)`.
        """
        sentences = sentences_of(x)
        if sentences is None:
            return super().prepare(x)
        return self.preprocessor(sentences)

    def prepare_corpus(self, x, y):
        """As `prepare`, but leaves sentences out that are too long."""
        sentences = sentences_of(x)
        if sentences is None:
            return super().prepare_corpus(x, y)
        sentences = check_sentences(sentences)
        ids, kept = self.preprocessor.corpus_to_ids(sentences)
        labels = self.prepare_labels(y, len(sentences))
        return ids, None if labels is None else labels[kept]

    def present(self, ids):
        """Turns rows of ids into a list of sentences."""
        return self.preprocessor.to_text(ids)

    def _several(self, x):
        if isinstance(x, str):
            return [x], False
        return x, not hasattr(x, "dtype") or np.ndim(x) > 1

    def save_assets(self, path):
        """Saves what the preprocessor's config leaves out."""
        self.preprocessor.save_assets(path)

    def load_assets(self, path):
        """Loads what `save_assets` wrote."""
        self.preprocessor.load_assets(path)


def sentences_of(x):
    """The sentences that `x` holds; `None` where it holds numbers."""
    if isinstance(x, np.ndarray) and x.dtype.kind in "OSU":
        return x.tolist()
    return None if hasattr(x, "dtype") else x
