"""A table of metrics for generators, from files or saved models.

    python -m keras_arae.evaluate --train=train.txt --test=test.txt \\
        --samples=a.txt --samples=b.txt
    python -m keras_arae.evaluate --train=snli --model=arae.keras \\
        --temperatures=0.5,0.7,1.0
    python -m keras_arae.evaluate --molecules --train=moses --samples=a.smi

Files hold one sentence a line. All text is lower-cased and split into words
in one way (not with --nolowercase, --nosplit_punctuation). Prints a table,
real text first, and writes it to --output_dir as JSON, with a picture of
forward against reverse perplexity. For models with codes and without a
condition a second table looks at reconstruction and codes.

Molecules (--molecules), SMILES in files .smi, .csv or .sdf, are judged as the
benchmark MOSES does, whose published rows stand below, with pictures.
"""

if __name__ == "__main__":
    from absl import flags

    from keras_arae import script
    from keras_arae.evaluation import command
    from keras_arae.evaluation.molecules import command as molecule_command

    flags.adopt_module_key_flags(command)
    flags.adopt_module_key_flags(molecule_command)

    def main(argv: list[str]) -> None:
        """Judges text or molecules."""
        chosen = molecule_command if flags.FLAGS.molecules else command
        chosen.main(argv)

    script.run(main)
