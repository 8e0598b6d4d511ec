"""The presets that come with the library, with their numbers.

    python -m keras_arae.presets

Numbers are those of the model cards, each measured by the command below them.
"""

if __name__ == "__main__":
    from keras_arae import presets
    from keras_arae import script

    def main(argv: list[str]) -> None:
        """Prints the list."""
        print(presets.listing.as_text(presets.list_presets()))

    script.run(main)
