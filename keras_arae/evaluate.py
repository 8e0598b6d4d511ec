"""A table of metrics for text generators, from files or saved models.

    python -m keras_arae.evaluate --train=train.txt --test=test.txt \\
        --samples=a.txt --samples=b.txt
    python -m keras_arae.evaluate --train=snli --model=arae.keras \\
        --temperatures=0.5,0.7,1.0

Files hold one sentence a line. All text is lower-cased and split into words
in one way (not with --nolowercase, --nosplit_punctuation). Prints a table,
real text first, and writes it to --output_dir as JSON, with a picture of
forward against reverse perplexity. For models with codes and without a
condition a second table looks at reconstruction and codes.
"""

if __name__ == "__main__":
    from absl import flags

    from keras_arae import script
    from keras_arae.evaluation import command

    flags.adopt_module_key_flags(command)
    script.run(command.main)
