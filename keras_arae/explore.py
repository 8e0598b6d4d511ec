"""A page to look around in the space of codes of a trained model.

    python -m keras_arae.explore
    python -m keras_arae.explore output/text_generation/model.keras
    python -m keras_arae.explore mnist.keras --data=mnist.npz
    python -m keras_arae.explore model.keras --data=reviews.csv \\
        --column=text --label_column=stars

Opens a saved model or a preset (by default tatoeba_small; `python -m
keras_arae.presets` lists all that are packaged), of sentences, molecules or
images, and serves one page on this machine: samples, copies and neighbours,
ways from one piece of data to another, changed attributes, arithmetic with
codes and a map of them.
"""

if __name__ == "__main__":
    from absl import flags

    from keras_arae import script
    from keras_arae.explorer import command

    flags.adopt_module_key_flags(command)
    script.run(command.main, num_arguments=1)
