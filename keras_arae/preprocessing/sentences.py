"""What counts as sentences."""


def check_sentences(sentences):
    """Refuses anything but an iterable of strings; returns a list."""
    return list(checked(sentences))


def checked(sentences):
    """Sentences one by one; refuses anything but strings."""
    if isinstance(sentences, (str, bytes)):
        raise ValueError(
            "Expected a list of sentences, not one string: put it in a list. "
            f"Received: {sentences!r}"
        )
    for sentence in sentences:
        if isinstance(sentence, bytes):
            sentence = sentence.decode()
        if not isinstance(sentence, str):
            raise ValueError(
                "Expected a list of sentences (str). "
                f"Received: an element {sentence!r} of type "
                f"{type(sentence).__name__}"
            )
        yield sentence
