"""Calls of every public entry point that would do, for `bad_input`."""

import inspect
import pathlib
import tempfile
from unittest import mock

import bad_input as b
import keras
import numpy as np

import keras_arae
from keras_arae import callbacks
from keras_arae import data
from keras_arae import datasets
from keras_arae import evaluation
from keras_arae import layers
from keras_arae import models
from keras_arae import presets
from keras_arae import priors
from keras_arae import training
from keras_arae import visualization
from keras_arae.data import chemistry

TEXT = ["a man sleeps .", "two men talk .", "a cat runs .", "a man runs ."] * 5
LABELS = [0, 1, 0, 1] * 5
NAMES = ["animal", "human"] * 10
SMALL = {"embedding_dim": 4, "code_dim": 4}
FEW = TEXT[:4]
RANDOM = np.random.default_rng(0)
X = RANDOM.integers(2, size=(12, 6)).astype("int32")
IMAGES = RANDOM.random((12, 4, 4)).astype("float32")
CODES = RANDOM.normal(size=(3, 4)).astype("float32")
FEATURES = RANDOM.normal(size=(2, 24, 3))
VERBOSE = b.choice("auto")
VERBOSE = VERBOSE._replace(may_be=lambda value, _: value in (0, 1, 2, "auto"))
# One level for all codes, or the lowest and the highest.
NOISE = b.FACTOR._replace(
    may_be=lambda value, right: (
        all(b.POSITIVE.may_be(level, right) for level in value)
        if isinstance(value, (list, tuple)) and len(value) == 2
        else b.FACTOR.may_be(value, right)
    )
)
SAMPLING = {
    "sampler": ("greedy", b.choice("greedy", "random", "beam", "top_k")),
    "temperature": (None, b.POSITIVE),
    "top_k": (None, b.BOUNDED),
    "top_p": (None, b.real(most=1.0)),
    "num_beams": (None, b.BOUNDED),
    "seed": (0, b.SEED),
    "batch_size": (2, b.BOUNDED),
}
# Of models with codes.
OF_CODES = {
    **SAMPLING,
    "code_noise": (0.1, b.real(0.0, open_=False)),
    "num_refinements": (1, b.NATURAL),
}
FIT = {
    "batch_size": (4, b.COUNT),
    "epochs": (1, b.NATURAL),
    "verbose": (0, VERBOSE),
    "callbacks": (None, b.ANY),
    "initial_epoch": (0, b.NATURAL),
    "shuffle": (True, b.FLAG),
    "validation_freq": (1, b.ANY),
    "steps_per_epoch": (None, b.COUNT),
    "validation_steps": (None, b.COUNT),
}
SPLIT = {"validation_split": (0.0, b.real(0.0, 1.0, open_=False))}
EVALUATE = {
    "batch_size": (4, b.or_none(b.BOUNDED)),
    "verbose": (0, VERBOSE),
    "steps": (None, b.COUNT),
    "return_dict": (True, b.FLAG),
    "callbacks": (None, b.ANY),
}
PATHS = {"steps": (3, b.whole(2)), "seed": (0, b.SEED)}


def call(name, function, /, **arguments):
    """A `bad_input.Call`; what defaults to `None` may be `None`."""
    parameters = inspect.signature(function).parameters
    made = {}
    for key, (value, kind) in arguments.items():
        # What goes through `**options` may be `None`, for all one sees.
        default = getattr(parameters.get(key), "default", None)
        optional = default is None or value is None
        if value is None and kind is not b.ANY:
            kind = kind._replace(near=lambda value, kind=kind: kind.near(1))
        made[key] = b.Argument(value, kind, optional)
    return b.Call(name, function, made)


def calls():
    """All of them."""
    folder = pathlib.Path(tempfile.mkdtemp())
    codec = keras_arae.TextPreprocessor.from_corpus(TEXT, max_length=5)
    return [
        *_of_text_models(codec),
        *_of_presets(codec, folder),
        *_of_conditions(codec),
        *_of_other_text_models(codec),
        *_of_images_and_arrays(),
        *_of_model_makers(codec),
        *_of_data(codec, folder),
        *_of_layers(),
        *_of_priors_and_training(),
        *_of_datasets(folder),
        *_of_callbacks(folder),
        *_of_text_evaluation(),
        *_of_other_evaluation(codec),
        *_of_pictures(folder),
        *_of_molecules(folder),
        *_of_molecule_models(),
    ]


def _trained(model, *args, **options):
    model.compile(run_eagerly=keras.config.backend() == "torch")
    model.fit(*args, batch_size=4, verbose=0, **options)
    return model


def _prior(**options):
    return priors.AdversarialPrior(
        hidden_dims=(4,), noise_dim=3, critic_steps=1, **options
    )


def _ids(codec):
    """Rows of ids, or sentences; none at all are no rows."""
    kind = b.array("iub", 0, codec.vocabulary_size - 1)
    return kind._replace(
        may_be=lambda value, right: (
            np.size(value) == 0
            or b.is_texts(value)
            or kind.may_be(value, right)
        )
    )


def _of_text_models(codec):
    model = _trained(keras_arae.TextARAE(codec, prior=_prior(), **SMALL), TEXT)
    gaussian = _trained(
        keras_arae.TextARAE(codec, prior="gaussian", **SMALL), TEXT
    )
    ids, codes = codec.encode(FEW), (CODES, b.NUMBERS)
    noise = RANDOM.normal(size=(3, 3))

    def set_prior(prior):
        gaussian.prior = prior

    def fresh(name):
        def function(**options):
            made = keras_arae.TextARAE(codec, prior=None, **SMALL)
            return getattr(made, name)(**options)

        return function

    either = b.Kind(
        b.NUMBERS.near,
        lambda value, right: b.is_int(value) or b.NUMBERS.may_be(value, right),
    )
    return [
        call(
            "TextARAE.compile",
            fresh("compile"),
            autoencoder_optimizer=("adam", b.ANY),
            run_eagerly=(False, b.FLAG),
            jit_compile=(
                False,
                b.Kind(
                    b.FLAG.near,
                    lambda value, _: (
                        isinstance(value, (bool, np.bool_)) or value == "auto"
                    ),
                ),
            ),
            steps_per_execution=(1, b.COUNT),
        ),
        call("TextARAE.fit", model.fit, x=(TEXT, b.TEXTS), **FIT, **SPLIT),
        call("TextARAE.fit ids", model.fit, x=(ids, _ids(codec)), **FIT),
        call(
            "TextARAE.fit held out",
            model.fit,
            x=(TEXT, b.TEXTS),
            validation_data=(FEW, b.TEXTS),
            verbose=(0, VERBOSE),
            y=(None, b.Kind(lambda _: [], lambda *_: False)),
        ),
        call("TextARAE.evaluate", model.evaluate, x=(FEW, b.TEXTS), **EVALUATE),
        call(
            "TextARAE.encode",
            model.encode,
            x=(FEW, b.TEXTS),
            batch_size=(2, b.BOUNDED),
        ),
        call("TextARAE.encode ids", model.encode, x=(ids, _ids(codec))),
        call("TextARAE.decode", model.decode, codes=codes, **OF_CODES),
        call(
            "TextARAE.generate",
            model.generate,
            num_samples=(2, b.COUNT),
            num_candidates=(2, b.COUNT),
            **OF_CODES,
        ),
        call(
            "TextARAE.generate_codes",
            model.generate_codes,
            noise=(noise, either),
            batch_size=(2, b.BOUNDED),
        ),
        call(
            "TextARAE.reconstruct",
            model.reconstruct,
            x=(FEW, b.TEXTS),
            **OF_CODES,
        ),
        call(
            "TextARAE.interpolate samples",
            model.interpolate,
            num_paths=(2, b.COUNT),
            method=("linear", b.choice("linear", "spherical")),
            **PATHS,
        ),
        call(
            "TextARAE.interpolate",
            model.interpolate,
            start=("a man", b.ANY),
            end=("a cat", b.ANY),
            **PATHS,
        ),
        call(
            "TextARAE.negative_log_likelihood",
            model.negative_log_likelihood,
            x=(FEW[:3], b.PAIRED),
            codes=(CODES, b.array("iufb", -1e38, 1e38, rows=True)),
            batch_size=(2, b.BOUNDED),
        ),
        call(
            "TextARAE.fit_prior",
            gaussian.fit_prior,
            x=(TEXT, b.TEXTS),
            num_codes=(10, b.COUNT),
            y=(None, b.Kind(lambda _: [], lambda *_: False)),
        ),
        call(
            "TextARAE.prior",
            set_prior,
            prior=("gaussian", b.ANY),
        ),
    ]


def _of_presets(codec, folder):
    model = _trained(keras_arae.TextARAE(codec, prior=_prior(), **SMALL), TEXT)
    path, uploaded = folder / "preset", folder / "uploaded"
    model.save_to_preset(path)
    model.save_to_preset(uploaded)
    direction = model.feature_direction(FEW[:2], FEW[2:])
    branch = b.Kind(lambda _: ["main"], lambda value, _: isinstance(value, str))
    none = branch._replace(may_be=lambda *_: False)
    one_or_more = b.TEXTS._replace(
        may_be=lambda value, _: isinstance(value, str) or b.is_texts(value)
    )

    def upload(**arguments):
        with mock.patch.object(presets.hub, "_hugging_face"):
            return presets.upload_preset(**arguments)

    return [
        call(
            "TextARAE.save_to_preset",
            model.save_to_preset,
            folder=(path, b.PATH),
            dtype=("float16", b.choice("float16")),
            card=(presets.ModelCard("a", "b"), b.of_type(presets.ModelCard)),
            overwrite=(True, b.FLAG),
        ),
        call(
            "TextARAE.from_preset",
            keras_arae.TextARAE.from_preset,
            preset=(path, b.PATH),
            revision=(None, none),
        ),
        call(
            "ModelCard",
            presets.ModelCard,
            description=("a toy", b.TEXT),
            data=("none", b.TEXT),
            license=("mit", b.TEXT),
            task=("other", b.TEXT),
            settings=({"epochs": 3}, b.MAPPING),
            command=("python train.py", b.TEXT),
            numbers=({"accuracy": 0.5}, b.MAPPING),
            numbers_command=("python measure.py", b.TEXT),
            samples=(["a", "b"], b.TEXTS),
            limits=(["many"], b.TEXTS),
        ),
        call(
            "upload_preset",
            upload,
            uri=("hf://user/repo", b.TEXT),
            folder=(uploaded, b.PATH),
            private=(False, b.FLAG),
            revision=(None, branch),
            message=("Words", b.TEXT),
        ),
        call(
            "TextARAE.feature_direction",
            model.feature_direction,
            with_feature=(FEW[:2], one_or_more),
            without_feature=(FEW[2:], one_or_more),
            space=("code", b.choice("code")),
        ),
        call(
            "TextARAE.feature_direction of noise",
            model.feature_direction,
            with_feature=(np.ones((2, 3)), b.NUMBERS),
            without_feature=(np.zeros((2, 3)), b.NUMBERS),
            space=("noise", b.choice("noise")),
        ),
        call(
            "TextARAE.move",
            model.move,
            x=(FEW, one_or_more),
            direction=(direction, b.of_type(models.Direction)),
            strength=(1.0, b.real(-np.inf)),
            until=(lambda pieces: [True] * len(pieces), b.FUNCTION),
            max_steps=(2, b.BOUNDED),
            **OF_CODES,
        ),
    ]


def _of_conditions(codec):
    model = _trained(
        keras_arae.TextARAE(codec, condition=2, prior=_prior(), **SMALL),
        TEXT,
        LABELS,
    )
    numbers = _trained(
        keras_arae.TextARAE(
            codec,
            condition=keras_arae.Numbers(["length"]),
            prior=_prior(),
            **SMALL,
        ),
        TEXT,
        {"length": np.arange(20.0)},
    )
    few = (FEW, b.TEXTS)
    four = b.labels(2)
    one = b.Kind(
        lambda value: [2, -1, "a", [value], 1.5],
        lambda value, _: b.is_int(value, 0, 1) or np.ndim(value) > 0,
    )
    return [
        call(
            "condition: fit",
            model.fit,
            x=(TEXT, b.TEXTS),
            y=(LABELS, b.labels(2)),
            verbose=(0, VERBOSE),
            class_weight=({0: 1.0, 1: 2.0}, b.ANY),
            sample_weight=(
                np.ones(20),
                b.array("iufb", 0, rows=True),
            ),
            batch_size=(4, b.COUNT),
        ),
        call(
            "condition: evaluate",
            model.evaluate,
            x=few,
            y=(LABELS[:4], four),
            verbose=(0, VERBOSE),
        ),
        call(
            "condition: decode",
            model.decode,
            codes=(CODES, b.NUMBERS),
            condition=(LABELS[:3], b.ANY),
        ),
        call(
            "condition: generate",
            model.generate,
            num_samples=(3, b.COUNT),
            label=(1, one),
        ),
        call(
            "condition: generate mixtures",
            model.generate,
            num_samples=(2, b.COUNT),
            condition=(
                np.full((2, 2), 0.5),
                b.Kind(
                    b.NUMBERS.near,
                    lambda value, _: (
                        b.is_int(value, 0, 1)
                        or np.ndim(value) == 1
                        or np.allclose(np.sum(value, axis=1), 1.0, atol=1e-2)
                    ),
                ),
            ),
        ),
        call(
            "condition: generate_codes",
            model.generate_codes,
            noise=(RANDOM.normal(size=(3, 3)), b.ANY),
            label=(LABELS[:3], b.ANY),
        ),
        call(
            "condition: reconstruct",
            model.reconstruct,
            x=few,
            label=(LABELS[:4], b.ANY),
        ),
        call(
            "condition: likelihood",
            model.negative_log_likelihood,
            x=few,
            label=(LABELS[:4], b.ANY),
        ),
        call(
            "condition: interpolate",
            model.interpolate,
            label=(0, one),
            end_label=(1, one),
            **PATHS,
        ),
        call(
            "numbers: fit",
            numbers.fit,
            x=(TEXT, b.TEXTS),
            y=({"length": np.arange(20.0)}, b.MAPPING),
            verbose=(0, VERBOSE),
        ),
        call(
            "numbers: generate",
            numbers.generate,
            num_samples=(2, b.COUNT),
            condition=({"length": 3.0}, b.ANY),
        ),
    ]


def _of_other_text_models(codec):
    pairs = (TEXT, TEXT), NAMES
    transfer = _trained(
        keras_arae.TransferARAE(
            codec, ["animal", "human"], prior=_prior(conditional=False), **SMALL
        ),
        TEXT,
        NAMES,
    )
    semi = _trained(
        keras_arae.SemiSupervisedARAE(
            codec, ["animal", "human"], prior=None, **SMALL
        ),
        TEXT,
        labeled_data=(TEXT, NAMES),
    )
    of_pairs = _trained(
        keras_arae.SemiSupervisedARAE(
            codec,
            ["animal", "human"],
            pairs=True,
            prior=None,
            reconstruction_weight=0,
            **SMALL,
        ),
        labeled_data=pairs,
    )
    language = _trained(keras_arae.LanguageModel(codec, 4, 4), TEXT)
    few, size = (FEW, b.TEXTS), (2, b.BOUNDED)
    named = b.labels(2, ("animal", "human"))
    labeled = b.Kind(
        lambda value: [
            value[:1],
            (value[0], value[1][:-1]),
            (value[0], None),
            (value[0], 5),
            (5, value[1]),
            (value[0], [1.5] * len(value[1])),
            list(value),
        ],
        lambda value, _: isinstance(value, tuple) and len(value) == 2,
    )
    two = b.Kind(
        lambda value: [value[:1], list(value), (value[0], value[1][:-1]), FEW],
        lambda value, _: isinstance(value, tuple) and len(value) == 2,
    )
    rest = {key: FIT[key] for key in FIT if key != "validation_freq"}
    return [
        call(
            "TransferARAE.fit",
            transfer.fit,
            x=(TEXT, b.TEXTS),
            y=(NAMES, named),
            verbose=(0, VERBOSE),
            epochs=(1, b.NATURAL),
        ),
        call(
            "TransferARAE.transfer",
            transfer.transfer,
            sentences=few,
            to=("human", b.ANY),
            batch_size=size,
        ),
        call(
            "TransferARAE.classify_codes",
            transfer.classify_codes,
            codes=(CODES, b.NUMBERS),
            batch_size=size,
        ),
        call(
            "SemiSupervisedARAE.fit",
            semi.fit,
            x=(TEXT, b.TEXTS),
            labeled_data=((TEXT, NAMES), labeled),
            validation_data=(FEW, b.ANY),
            **rest,
        ),
        call(
            "SemiSupervisedARAE.evaluate",
            semi.evaluate,
            x=few,
            y=(NAMES[:4], named),
            **EVALUATE,
        ),
        call(
            "SemiSupervisedARAE.predict", semi.predict, x=few, batch_size=size
        ),
        call(
            "SemiSupervisedARAE.classify", semi.classify, x=few, batch_size=size
        ),
        call(
            "SemiSupervisedARAE.predict pairs",
            of_pairs.predict,
            x=((FEW, FEW), two),
            batch_size=size,
        ),
        call(
            "SemiSupervisedARAE.fit pairs",
            of_pairs.fit,
            labeled_data=(pairs, labeled),
            batch_size=(4, b.COUNT),
            verbose=(0, VERBOSE),
        ),
        call(
            "LanguageModel.fit",
            language.fit,
            x=(TEXT, b.TEXTS),
            **FIT,
            **SPLIT,
        ),
        call(
            "LanguageModel.generate",
            language.generate,
            num_samples=(2, b.COUNT),
            **SAMPLING,
        ),
        call(
            "LanguageModel.perplexity",
            language.perplexity,
            x=few,
            batch_size=size,
        ),
        call(
            "LanguageModel.negative_log_likelihood",
            language.negative_log_likelihood,
            x=few,
            batch_size=size,
        ),
    ]


def _of_images_and_arrays():
    images = _trained(
        keras_arae.ImageARAE((4, 4), code_dim=4, prior=_prior()), IMAGES
    )
    arrays = _trained(
        keras_arae.ARAE(
            layers.DenseEncoder(4, (5,)),
            layers.DenseDecoder((6,), 2, (5,)),
            _prior(),
            codec=data.ArrayCodec((6,), 2),
        ),
        X,
    )
    kind = b.IMAGES
    binary = b.array("iub", 0, 1)
    size = (2, b.BOUNDED)
    return [
        call("ImageARAE.fit", images.fit, x=(IMAGES, kind), **FIT, **SPLIT),
        call(
            "ImageARAE.evaluate", images.evaluate, x=(IMAGES, kind), **EVALUATE
        ),
        call(
            "ImageARAE.encode", images.encode, x=(IMAGES, kind), batch_size=size
        ),
        call(
            "ImageARAE.decode",
            images.decode,
            codes=(CODES, b.NUMBERS),
            batch_size=size,
        ),
        call(
            "ImageARAE.generate",
            images.generate,
            num_samples=(2, b.COUNT),
            num_candidates=(2, b.COUNT),
            seed=(0, b.SEED),
            batch_size=size,
        ),
        call(
            "ImageARAE.reconstruct",
            images.reconstruct,
            x=(IMAGES, kind),
            batch_size=size,
        ),
        call(
            "ImageARAE.interpolate",
            images.interpolate,
            start=(IMAGES[0], b.ANY),
            end=(IMAGES[1], b.ANY),
            **PATHS,
        ),
        call("ARAE.fit", arrays.fit, x=(X, binary), **FIT, **SPLIT),
        call("ARAE.evaluate", arrays.evaluate, x=(X, binary), **EVALUATE),
        call("ARAE.encode", arrays.encode, x=(X, binary), batch_size=size),
        call(
            "ARAE.decode",
            arrays.decode,
            codes=(CODES, b.NUMBERS),
            batch_size=size,
        ),
        call(
            "ARAE.negative_log_likelihood",
            arrays.negative_log_likelihood,
            x=(X, binary),
            batch_size=size,
        ),
    ]


def _of_model_makers(codec):
    text = {
        "codec": (codec, b.of_type(keras_arae.TextPreprocessor)),
        "embedding_dim": (4, b.WIDTH),
        "seed": (0, b.SEED),
        "name": ("model", b.ANY),
    }
    coded = {**text, "code_dim": (4, b.WIDTH), "units": (4, b.WIDTH)}

    def arae(encoder, decoder, **options):
        """From networks that no other call has built."""
        networks = [
            net.from_config(net.get_config())
            if isinstance(net, keras.layers.Layer)
            else net
            for net in (encoder, decoder)
        ]
        return keras_arae.ARAE(*networks, **options)

    layer = b.of_type(keras.layers.Layer)
    prior = b.ANY
    classes = (["a", "b"], b.tuples(b.TEXT, 2))
    return [
        call(
            "TextARAE",
            keras_arae.TextARAE,
            **coded,
            prior=("gaussian", prior),
            encoder=(
                "lstm",
                b.choice(
                    "lstm", "bidirectional_lstm", "convolutional", "transformer"
                ),
            ),
            decoder=("lstm", b.choice("lstm", "transformer")),
            condition=(2, b.ANY),
            normalize_codes=(True, b.FLAG),
            learning_rate=(1e-3, b.POSITIVE),
            code_noise=(0.05, NOISE),
        ),
        call(
            "TransferARAE",
            keras_arae.TransferARAE,
            **coded,
            condition=classes,
            prior=("gaussian", prior),
            decoder_per_class=(True, b.FLAG),
            classifier=(None, layer),
            classifier_weight=(1.0, b.FACTOR),
            confusion_weight=(1.0, b.FACTOR),
            confusion=("flip", b.choice("flip", "uniform")),
        ),
        call(
            "SemiSupervisedARAE",
            keras_arae.SemiSupervisedARAE,
            **coded,
            labels=classes,
            pairs=(False, b.FLAG),
            head=(None, layer),
            prior=("gaussian", prior),
            classification_weight=(1.0, b.FACTOR),
            reconstruction_weight=(1.0, b.FACTOR),
        ),
        call(
            "LanguageModel",
            keras_arae.LanguageModel,
            **text,
            units=(4, b.WIDTH),
            decoder=("lstm", b.choice("lstm", "transformer")),
            condition=(2, b.ANY),
        ),
        call(
            "ImageARAE",
            keras_arae.ImageARAE,
            codec=((4, 4), b.tuples(b.WIDTH, 2, 3)),
            networks=("dense", b.choice("dense", "convolutional")),
            code_dim=(4, b.WIDTH),
            prior=("gaussian", prior),
            encoder=(None, layer),
            decoder=(None, layer),
            code_noise=(0.05, NOISE),
            seed=(0, b.SEED),
        ),
        call(
            "ARAE",
            arae,
            encoder=(layers.DenseEncoder(4, (5,)), layer),
            decoder=(
                layers.DenseDecoder((6,), 2, (5,)),
                b.of_type(layers.Decoder),
            ),
            prior=("gaussian", prior),
            codec=(data.ArrayCodec((6,), 2), b.of_type(data.Codec)),
            condition=(None, b.ANY),
            normalize_codes=(True, b.FLAG),
            code_noise=(0.05, NOISE),
            seed=(0, b.SEED),
        ),
    ]


def _of_data(codec, folder):
    images = keras_arae.ImagePreprocessor((4, 4))
    array_codec = data.ArrayCodec((6,), 2)
    classes = keras_arae.Classes(["animal", "human"])
    named = b.labels(2, ("animal", "human"))
    numbers = keras_arae.Numbers(["length"])
    numbers.encode({"length": np.arange(4.0)}, 4)
    ids = codec.encode(FEW)
    length = ({"length": np.arange(4.0)}, b.MAPPING)
    kinds = b.IMAGES
    options = {
        "max_length": (5, b.WIDTH),
        "lowercase": (True, b.ANY),
        "pattern": ("words", b.TEXT),
        "joiner": (" ", b.ANY),
        "unicode_form": ("NFC", b.ANY),
        "overflow": ("drop", b.choice("drop", "truncate")),
    }

    def zipped(second):
        first = data.ArrayBatches(X, 3)
        return data.ZippedBatches(first, second)

    return [
        call(
            "TextPreprocessor",
            keras_arae.TextPreprocessor,
            vocabulary=(["a", "man"], b.tuples(b.TEXT)),
            tokenizer=(None, b.FUNCTION),
            **options,
        ),
        call(
            "TextPreprocessor.from_corpus",
            keras_arae.TextPreprocessor.from_corpus,
            sentences=(TEXT, b.TEXTS),
            vocabulary_size=(10, b.whole(5)),
            **options,
        ),
        call("TextPreprocessor.encode", codec.encode, data=(FEW, b.TEXTS)),
        call(
            "TextPreprocessor.encode ids", codec.encode, data=(ids, _ids(codec))
        ),
        call(
            "TextPreprocessor.encode_corpus",
            codec.encode_corpus,
            data=(FEW, b.TEXTS),
        ),
        call(
            "TextPreprocessor.decode",
            codec.decode,
            ids=(
                ids,
                b.Kind(
                    b._near_array,
                    lambda value, _: (
                        np.asarray(value).dtype.kind in "iub"
                        and np.ndim(value) == 2
                        and not np.any(np.asarray(value) < 0)
                        and not np.any(
                            np.asarray(value) >= codec.vocabulary_size
                        )
                    ),
                ),
            ),
        ),
        call("TextPreprocessor.split", codec.split, sentence=("a man", b.TEXT)),
        call(
            "ImagePreprocessor",
            keras_arae.ImagePreprocessor,
            image_shape=((4, 4), b.tuples(b.WIDTH, 2, 3)),
            num_levels=(2, b.whole(2, 2**16)),
            binarization=("threshold", b.choice("threshold", "stochastic")),
            pixels=("bytes", b.choice("bytes", "levels")),
        ),
        call("ImagePreprocessor.encode", images.encode, data=(IMAGES, kinds)),
        call(
            "ImagePreprocessor.encode_corpus",
            images.encode_corpus,
            data=(IMAGES, kinds),
        ),
        call(
            "ArrayCodec",
            data.ArrayCodec,
            x_shape=((6,), b.tuples(b.COUNT)),
            num_values=(2, b.COUNT),
        ),
        call(
            "ArrayCodec.encode",
            array_codec.encode,
            data=(X, b.array("iub", 0, 1)),
        ),
        call("Classes", keras_arae.Classes, classes=(["a", "b"], b.ANY)),
        call(
            "Classes.encode",
            classes.encode,
            values=(NAMES[:4], named),
            num_rows=(4, b.NATURAL),
        ),
        call(
            "Classes.rows",
            classes.rows,
            values=(NAMES[:4], b.ANY),
            num_rows=(4, b.ANY),
        ),
        call(
            "Numbers",
            keras_arae.Numbers,
            names=(["length"], b.tuples(b.TEXT, 1)),
            units=({"length": "words"}, b.MAPPING),
            statistics=(None, b.MAPPING._replace(near=lambda _: [])),
        ),
        call(
            "Numbers.encode",
            numbers.encode,
            values=length,
            num_rows=(4, b.NATURAL),
        ),
        call(
            "Numbers.rows",
            numbers.rows,
            values=length,
            num_rows=(4, b.NATURAL),
        ),
        call(
            "Numbers.complete",
            numbers.complete,
            values=(length[0], b.or_none(length[1])),
            num_rows=(4, b.NATURAL),
            generator=(np.random.default_rng(0), b.ANY),
        ),
        call(
            "ids_on_disk",
            data.ids_on_disk,
            sentences=(TEXT, b.TEXTS),
            codec=(codec, b.of_type(keras_arae.TextPreprocessor)),
            path=(folder / "ids.npy", b.PATH),
            overwrite=(True, b.FLAG),
        ),
        call(
            "ArrayBatches",
            data.ArrayBatches,
            rows=(X, b.ANY),
            batch_size=(3, b.COUNT),
            labels=(np.arange(12), b.ANY),
            num_extra=(0, b.NATURAL),
            weighted=(False, b.FLAG),
            steps=(None, b.COUNT),
            draw=(None, b.FUNCTION),
            clock=(None, b.FUNCTION),
        ),
        call(
            "ZippedBatches",
            zipped,
            second=(data.ArrayBatches(X, 4), b.of_type(data.ArrayBatches)),
        ),
        call(
            "SharedBatches",
            data.SharedBatches,
            dataset=(
                data.ArrayBatches(X, 4),
                b.of_type(keras.utils.PyDataset),
            ),
            divisor=(4, b.COUNT),
            groups=(1, b.COUNT),
            readers=(1, b.COUNT),
            reader=(0, b.NATURAL),
            num_parts=(1, b.COUNT),
        ),
    ]


def _of_layers():
    widths = ((5, 6), b.tuples(b.WIDTH))
    flag, code, values = (False, b.FLAG), (4, b.WIDTH), (2, b.WIDTH)
    shape = ((4, 4), b.tuples(b.WIDTH, 1))
    image = ((4, 4), b.tuples(b.WIDTH, 2, 3))
    filters = ((3, 4), b.tuples(b.WIDTH, 1))
    words = {"vocabulary_size": (9, b.COUNT), "pad_id": (0, b.NATURAL)}
    ids = {"start_id": (1, b.NATURAL), "end_id": (2, b.NATURAL)}
    lstm = {**words, "embedding_dim": (4, b.WIDTH), "units": (4, b.WIDTH)}
    transformer = {
        **words,
        "max_length": (5, b.WIDTH),
        "units": (4, b.WIDTH),
        "num_layers": (1, b.COUNT),
        "num_heads": (2, b.COUNT),
        "intermediate_dim": (8, b.WIDTH),
        "dropout": (0.1, b.real(0.0, 1.0, open_=False)),
    }
    perceptron = {
        "hidden_dims": widths,
        "negative_slope": (0.2, b.FACTOR),
        "input_scale": (1.0, b.real(-np.inf)),
        "kernel_initializer": ("glorot_uniform", b.ANY),
    }
    return [
        call(
            "DenseEncoder",
            layers.DenseEncoder,
            code_dim=code,
            hidden_dims=widths,
            batch_normalization=flag,
        ),
        call(
            "DenseDecoder",
            layers.DenseDecoder,
            output_shape=shape,
            num_values=values,
            hidden_dims=widths,
            batch_normalization=flag,
        ),
        call(
            "ConvolutionalEncoder",
            layers.ConvolutionalEncoder,
            code_dim=code,
            filters=filters,
            kernel_size=(3, b.WIDTH),
        ),
        call(
            "ConvolutionalDecoder",
            layers.ConvolutionalDecoder,
            output_shape=image,
            num_values=values,
            filters=filters,
            kernel_size=(3, b.WIDTH),
        ),
        call(
            "LSTMEncoder",
            layers.LSTMEncoder,
            **lstm,
            code_dim=code,
            bidirectional=flag,
        ),
        call(
            "LSTMDecoder",
            layers.LSTMDecoder,
            **lstm,
            **ids,
            kernel_initializer=("glorot_uniform", b.ANY),
        ),
        call(
            "ClassLSTMDecoder",
            layers.ClassLSTMDecoder,
            num_classes=(2, b.WIDTH),
            **lstm,
            **ids,
        ),
        call(
            "TransformerEncoder",
            layers.TransformerEncoder,
            **transformer,
            code_dim=code,
        ),
        call(
            "TransformerDecoder",
            layers.TransformerDecoder,
            **transformer,
            **ids,
        ),
        call(
            "Generator",
            layers.Generator,
            code_dim=code,
            hidden_dims=widths,
            output_activation=("tanh", b.ANY),
            batch_normalization=flag,
            skip_connection=flag,
            normalize=flag,
        ),
        call("Critic", layers.Critic, **perceptron),
        call(
            "Classifier",
            layers.Classifier,
            num_classes=(2, b.WIDTH),
            **perceptron,
        ),
        call(
            "CodeNoise",
            layers.CodeNoise,
            stddev=(0.1, b.FACTOR),
            decay=(0.5, b.real(0, 1)),
            decay_steps=(1, b.COUNT),
            max_stddev=(None, b.POSITIVE),
            encoder_max_stddev=(None, b.POSITIVE),
            seed=(0, b.SEED),
        ),
        call("on_unit_sphere", layers.on_unit_sphere, code=(CODES, b.TABLE)),
    ]


def _of_priors_and_training():
    gaussian = priors.GaussianPrior()
    gaussian.prepare(4, 2)
    scale = keras.layers.Dense(1)
    scale.build((None, 1))
    layer = b.of_type(keras.layers.Layer)

    def prepared(**options):
        priors.AdversarialPrior(hidden_dims=(4,)).prepare(**options)

    return [
        call(
            "AdversarialPrior",
            priors.AdversarialPrior,
            generator=(None, layer),
            critic=(None, layer),
            noise_dim=(4, b.WIDTH),
            hidden_dims=((4,), b.tuples(b.WIDTH)),
            conditional=(True, b.FLAG),
            critic_steps=(2, b.COUNT),
            critic_data=("reuse", b.choice("reuse", "fresh")),
            critic_regularizer=(
                "weight_clipping",
                b.choice("gradient_penalty", "weight_clipping"),
            ),
            gradient_penalty_weight=(1.0, b.FACTOR),
            weight_clip=(0.01, b.POSITIVE),
            encoder_gradient_scale=(0.1, b.FACTOR),
            critic_learning_rate=(1e-3, b.POSITIVE),
            generator_learning_rate=(1e-3, b.POSITIVE),
        ),
        call("GaussianPrior", priors.GaussianPrior, conditional=(True, b.FLAG)),
        call(
            "GaussianPrior.fit",
            gaussian.fit,
            codes=(
                FEATURES[0].repeat(2, 1)[:, :4],
                b.array("iuf", -1e38, 1e38),
            ),
            condition=(np.eye(2)[np.arange(24) % 2], b.array("iuf", rows=True)),
        ),
        call(
            "KernelPrior",
            priors.KernelPrior,
            bandwidth=(0.5, b.real(0.0, 1.0)),
            num_codes=(2, b.COUNT),
            num_directions=(2, b.WIDTH),
            condition_bandwidth=(0.2, b.POSITIVE),
            seed=(0, b.SEED),
            conditional=(True, b.FLAG),
        ),
        call(
            "MixturePrior",
            priors.MixturePrior,
            num_components=(2, b.COUNT),
            num_directions=(2, b.WIDTH),
            strength=(10.0, b.POSITIVE),
            num_rounds=(1, b.COUNT),
            seed=(0, b.SEED),
            conditional=(True, b.FLAG),
        ),
        call(
            "FlowMatchingPrior",
            priors.FlowMatchingPrior,
            network=(None, layer),
            num_directions=(2, b.WIDTH),
            num_steps=(2, b.COUNT),
            churn=(0.0, b.real(0.0, 1.0, open_=False)),
            guidance=(1.0, b.FACTOR),
            num_updates=(10, b.COUNT),
            batch_size=(4, b.COUNT),
            learning_rate=(1e-3, b.POSITIVE),
            seed=(0, b.SEED),
            conditional=(True, b.FLAG),
        ),
        call(
            "VelocityNetwork",
            layers.VelocityNetwork,
            units=(4, b.WIDTH),
            num_blocks=(1, b.COUNT),
        ),
        call(
            "Prior.prepare",
            prepared,
            code_dim=(4, b.WIDTH),
            condition_dim=(0, b.WIDTH._replace(may_be=b.NATURAL.may_be)),
            normalized=(True, b.FLAG),
        ),
        call(
            "priors.get",
            priors.get,
            prior=("gaussian", b.ANY),
        ),
        call(
            "Phase",
            training.Phase,
            name=("scale", b.TEXT),
            loss=(len, b.FUNCTION),
            # `None` is a network that is not made yet.
            networks=([scale], b.tuples(b.or_none(layer))),
            optimizer=("scale", b.TEXT),
            logs=(["error"], b.tuples(b.TEXT)),
            objective=({"error": 1.0}, b.MAPPING),
            inputs=(None, b.FUNCTION),
            evaluate=(None, b.FUNCTION),
        ),
        call(
            "OptimizerGroup",
            training.OptimizerGroup,
            optimizers=({"critic": "adam"}, b.MAPPING),
        ),
    ]


def _of_datasets(folder):
    path = folder / "pairs.tsv"
    path.write_text("gold_label\tsentence1\tsentence2\nyes\ta\tb\n")
    classes = folder / "classes"
    classes.mkdir()
    for name in ("good", "bad"):
        (classes / f"{name}.txt").write_text("\n".join(TEXT))
    text = folder / "text.txt"
    text.write_text("\n".join(TEXT))
    split = b.choice("train", "validation", "test")
    seed = (0, b.SEED)
    by_class = {"good": TEXT, "bad": FEW}
    return [
        call(
            "load_text",
            datasets.load_text,
            source=(text, b.PATH),
            split=("train", split),
        ),
        call(
            "load_train_and_held_out",
            datasets.load_train_and_held_out,
            source=(text, b.PATH),
            seed=seed,
        ),
        call(
            "load_labeled_text",
            datasets.load_labeled_text,
            source=(classes, b.PATH),
            split=("train", b.TEXT),
        ),
        call(
            "load_labeled_train_and_held_out",
            datasets.load_labeled_train_and_held_out,
            source=(classes, b.PATH),
            seed=seed,
        ),
        call("load_images", datasets.load_images, source=("digits", b.PATH)),
        call("load_pairs", datasets.load_pairs, path=(path, b.PATH)),
        call(
            "hold_out",
            datasets.hold_out,
            sentences=(TEXT, b.TEXTS),
            fraction=(0.3, b.real(0, 1)),
            seed=seed,
        ),
        call(
            "without",
            datasets.without,
            sentences=(TEXT, b.TEXTS),
            held_out=(FEW, b.TEXTS),
            codec=(None, b.ANY),
        ),
        call("flatten", datasets.flatten, classes=(by_class, b.MAPPING)),
    ]


def _of_callbacks(folder):
    every, seed, steps = (1, b.COUNT), (0, b.SEED), (3, b.whole(2))
    samples = (2, b.COUNT)
    path = (folder / "samples.txt", b.PATH)
    run = callbacks.RunFolder(folder / "run")
    return [
        call(
            "TextSampler",
            callbacks.TextSampler,
            sentences=(FEW, b.TEXTS),
            num_samples=samples,
            every=every,
            steps=steps,
            path=path,
            verbose=(True, b.FLAG),
            seed=seed,
        ),
        call(
            "ImageSampler",
            callbacks.ImageSampler,
            directory=path,
            images=(IMAGES, b.ANY),
            num_samples=samples,
            num_paths=samples,
            every=every,
            steps=steps,
            seed=seed,
        ),
        call(
            "ReversePerplexity",
            callbacks.ReversePerplexity,
            test_text=(FEW, b.TEXTS),
            num_samples=samples,
            every=every,
            seed=seed,
            sampling=({}, b.MAPPING),
        ),
        call(
            "ResumableCheckpoint",
            callbacks.ResumableCheckpoint,
            directory=path,
            every=every,
        ),
        call(
            "ResumableCheckpoint.latest",
            callbacks.ResumableCheckpoint.latest,
            directory=(folder, b.PATH),
        ),
        call(
            "RunFolder",
            callbacks.RunFolder,
            path=(folder / "run", b.PATH),
            resume=(True, b.FLAG),
            overwrite=(True, b.FLAG),
            appended=(
                ("a.txt",),
                b.tuples(b.TEXT)._replace(near=lambda _: ["a", [1]]),
            ),
        ),
        call(
            "RunFolder.save_flags", run.save_flags, flags=({"a": 1}, b.MAPPING)
        ),
        call("RunFolder.callbacks", run.callbacks, every=every),
        call(
            "LearningCurves", callbacks.LearningCurves, log_path=path, path=path
        ),
    ]


def _of_text_evaluation():
    texts, pairs = (TEXT, b.TEXTS), (TEXT, b.PAIRED)
    n, seed = (2, b.COUNT), (0, b.SEED)
    judge = {
        "judge": ("lstm", b.choice("lstm")),
        "vocabulary": (["a", "man"], b.tuples(b.TEXT)),
        "vocabulary_size": (10, b.COUNT),
        "seed": seed,
        "units": (4, b.WIDTH),
        "embedding_dim": (4, b.WIDTH),
        "epochs": (1, b.COUNT),
        "batch_size": (20, b.COUNT),
        "learning_rate": (1e-3, b.POSITIVE),
    }
    lstm = {
        key: judge[key]
        for key in judge
        if key not in ("judge", "vocabulary_size")
    }
    report = {
        "train_text": texts,
        "test_text": texts,
        "num_samples": (20, b.COUNT),
        "judge": judge["judge"],
        "vocabulary_size": (10, b.COUNT),
        "seed": seed,
    }
    by_class = ({"good": TEXT, "bad": FEW}, b.MAPPING)
    transfer = {
        key: report[key] for key in ("judge", "vocabulary_size", "seed")
    }
    classifier = evaluation.TextClassifier().fit(TEXT, NAMES)
    names = (
        NAMES,
        b.Kind(
            b.labels(2).near,
            lambda value, right: len(value) == len(right),
            alone=True,
        ),
    )

    def fit(**options):
        evaluation.TextClassifier().fit(**options)

    return [
        call("bleu", evaluation.bleu, hypotheses=pairs, references=pairs),
        call(
            "self_bleu",
            evaluation.self_bleu,
            samples=texts,
            num_samples=(5, b.whole(2)),
            seed=seed,
        ),
        call("distinct_n", evaluation.distinct_n, samples=texts, n=n),
        call("ngram_entropy", evaluation.ngram_entropy, samples=texts, n=n),
        call(
            "distinct_sentences", evaluation.distinct_sentences, samples=texts
        ),
        call("length_statistics", evaluation.length_statistics, samples=texts),
        call(
            "ngram_overlap",
            evaluation.ngram_overlap,
            samples=texts,
            train_text=texts,
            n=n,
        ),
        call(
            "copied_share",
            evaluation.copied_share,
            samples=texts,
            train_text=texts,
        ),
        call(
            "nearest_training_sentences",
            evaluation.nearest_training_sentences,
            samples=texts,
            train_text=texts,
        ),
        call(
            "token_accuracy",
            evaluation.token_accuracy,
            originals=pairs,
            copies=pairs,
        ),
        call(
            "exact_match", evaluation.exact_match, originals=pairs, copies=pairs
        ),
        call(
            "swap_words",
            evaluation.swap_words,
            sentences=texts,
            num_swaps=(1, b.NATURAL),
            seed=seed,
        ),
        call(
            "text_features",
            evaluation.text_features,
            reference_text=texts,
            num_features=(3, b.COUNT),
        ),
        call(
            "mauve",
            evaluation.mauve,
            real_text=texts,
            samples=texts,
            encoder=(None, b.FUNCTION),
            num_buckets=(
                2,
                b.whole(2)._replace(
                    may_be=lambda value, _: (
                        value == "auto" or b.is_int(value, 2)
                    )
                ),
            ),
            seed=seed,
        ),
        call(
            "text_frechet_distance",
            evaluation.text_frechet_distance,
            real_text=texts,
            samples=texts,
            encoder=(None, b.FUNCTION),
        ),
        call(
            "forward_perplexity",
            evaluation.forward_perplexity,
            train_text=texts,
            samples=texts,
            **judge,
        ),
        call(
            "reverse_perplexity",
            evaluation.reverse_perplexity,
            samples=texts,
            test_text=texts,
            **judge,
        ),
        call("LSTMJudge", evaluation.LSTMJudge, **lstm),
        call("TextReport", evaluation.TextReport, **report),
        call(
            "TransferReport",
            evaluation.TransferReport,
            train=by_class,
            test=by_class,
            num_sentences=(5, b.COUNT),
            **transfer,
        ),
        call(
            "TextClassifier",
            evaluation.TextClassifier,
            regularization=(1.0, b.POSITIVE),
        ),
        call("TextClassifier.fit", fit, texts=pairs, labels=names),
        call("TextClassifier.predict", classifier.predict, texts=texts),
        call(
            "TextClassifier.accuracy",
            classifier.accuracy,
            texts=pairs,
            labels=names,
        ),
        call(
            "markdown_table",
            evaluation.markdown_table,
            rows=({"a": {"b": 1.5}}, b.MAPPING),
            first=("samples", b.TEXT),
        ),
        call(
            "spread",
            evaluation.spread,
            rows=([{"a": 1.0}, {"a": 2.0}], b.tuples(b.MAPPING, 1)),
        ),
    ]


def _of_other_evaluation(codec):
    model = _trained(keras_arae.TextARAE(codec, prior=_prior(), **SMALL), TEXT)
    plain = keras_arae.TextARAE(codec, prior=None, **SMALL)
    arae = b.of_type(keras_arae.ARAE, keras_arae.LanguageModel)
    texts, seed = (TEXT, b.TEXTS), (0, b.SEED)
    features = (FEATURES[0], b.FEATURES)
    same = (FEATURES[1], b.array("iuf", rows=True))

    def logits(value, right):
        return np.shape(value)[:-1] == right.shape[:-1] and (
            np.shape(value)[-1] >= right.shape[-1]
        )

    chances = (
        np.full((4, 2), 0.5),
        b.Kind(
            b._near_array,
            lambda value, _: (
                np.ndim(value) == 2
                and np.asarray(value).dtype.kind in "iuf"
                and np.allclose(np.sum(value, axis=1), 1, atol=1e-2)
            ),
        ),
    )
    either = b.labels(2)
    probe = (
        np.arange(24) % 2,
        either._replace(
            may_be=lambda value, right: either.may_be(
                np.multiply(value, 1), right
            )  # Bools too.
        ),
    )
    return [
        call(
            "frechet_distance",
            evaluation.frechet_distance,
            real=features,
            generated=features,
        ),
        call(
            "precision_recall",
            evaluation.precision_recall,
            real=features,
            generated=features,
            num_neighbors=(3, b.COUNT),
        ),
        call(
            "nearest_neighbor_accuracy",
            evaluation.nearest_neighbor_accuracy,
            real=same,
            generated=same,
        ),
        call(
            "mean_confidence", evaluation.mean_confidence, probabilities=chances
        ),
        call("class_entropy", evaluation.class_entropy, probabilities=chances),
        call(
            "negative_log_likelihood",
            evaluation.negative_log_likelihood,
            x=(X, b.array("iu", 0, 1, rows=True)),
            logits=(
                np.zeros((12, 6, 2)),
                b.NUMBERS._replace(may_be=logits, alone=True),
            ),
            pad_id=(0, b.NATURAL),
        ),
        call(
            "reconstruction_report",
            evaluation.reconstruction_report,
            model=(model, b.of_type(keras_arae.TextARAE)),
            sentences=texts,
        ),
        call(
            "swap_nats",
            evaluation.swap_nats,
            model=(model, b.of_type(keras_arae.TextARAE)),
            sentences=texts,
            num_swaps=((0, 1), b.tuples(b.NATURAL, 1)),
            seed=seed,
        ),
        call(
            "draw_samples",
            evaluation.draw_samples,
            model=(plain, arae),
            num_samples=(3, b.COUNT),
            train_data=texts,
            seed=seed,
        ),
        call(
            "gaussian_codes",
            evaluation.gaussian_codes,
            codes=(FEATURES[0], b.TABLE),
            num_samples=(3, b.COUNT),
            seed=seed,
            normalize=(True, b.FLAG),
        ),
        call(
            "code_moments",
            evaluation.code_moments,
            model=(model, arae),
            data=texts,
            seed=seed,
        ),
        call(
            "neighbor_cosine",
            evaluation.neighbor_cosine,
            model=(model, arae),
            sentences=texts,
            max_distance=(5, b.COUNT),
            num_sentences=(10, b.COUNT),
        ),
        call(
            "code_leakage",
            evaluation.code_leakage,
            codes=(FEATURES[0], b.array("iuf", rows=True)),
            labels=probe,
            test_codes=(FEATURES[1], b.array("iuf", rows=True)),
            test_labels=probe,
            seed=seed,
        ),
    ]


def _of_pictures(folder):
    path = (folder / "picture.png", b.PATH)
    log = folder / "log.csv"
    log.write_text("epoch,loss\n0,2.5\n")
    kind = b.Kind(
        b._near_array, lambda value, _: np.asarray(value).dtype.kind in "iufb"
    )
    images, columns = (IMAGES, kind), (3, b.BOUNDED)
    scale = (2, b.whole(1, 100, huge=(10**6,)))
    perplexities = {"forward PPL": 20.0, "reverse PPL": 20.0}
    return [
        call(
            "image_grid",
            visualization.image_grid,
            images=images,
            num_columns=columns,
            scale=scale,
        ),
        call(
            "paired_image_grid",
            visualization.paired_image_grid,
            originals=images,
            others=images,
            num_columns=columns,
            scale=scale,
        ),
        call(
            "save_image",
            visualization.save_image,
            picture=(np.zeros((4, 4, 3)), b.array("iufb", 0, 1)),
            path=path,
        ),
        call("read_log", visualization.read_log, path=(log, b.PATH)),
        call(
            "plot_learning_curves",
            visualization.plot_learning_curves,
            log=({"accuracy": [0.5, 0.7]}, b.MAPPING),
            path=path,
        ),
        call(
            "plot_quality_diversity",
            visualization.plot_quality_diversity,
            rows=({"real": perplexities}, b.MAPPING),
            path=path,
            curves=([["real"]], b.ANY),
        ),
    ]


def _of_molecules(folder):
    some = ["CCO", "CC(=O)Nc1ccccc1", "c1ccc2ccccc2c1"]
    smiles = (some, b.TEXTS)
    one = ("CCO", b.TEXT)
    known = tuple(chemistry.PROPERTIES)
    names = (["logP", "QED"], b.tuples(b.choice(*known)))
    path = (folder / "molecules.png", b.PATH)
    file = folder / "molecules.smi"
    file.write_text("\n".join(some))
    report = evaluation.MoleculeReport(some, some, fcd=False)
    splits = b.choice("train", "validation", "test", "test_scaffolds")
    reference = b.Kind(
        b.TEXTS.near,
        lambda value, right: (
            b.is_texts(value)
            or isinstance(value, evaluation.MoleculeStatistics)
        ),
    )
    return [
        call("chemistry.parse", chemistry.parse, smiles=one),
        call("chemistry.canonical", chemistry.canonical, smiles=one),
        call("chemistry.matcher", chemistry.matcher, smarts=one),
        call(
            "chemistry.properties",
            chemistry.properties,
            smiles=smiles,
            names=(
                ["logP", "weight"],
                b.tuples(b.choice(*known), 1),
            ),
        ),
        call(
            "load_molecules",
            datasets.load_molecules,
            source=(file, b.PATH),
            split=("train", splits),
        ),
        call(
            "MoleculeReport",
            evaluation.MoleculeReport,
            train=smiles,
            test=(some, reference),
            test_scaffolds=(some, b.or_none(reference)),
            fcd=(False, b.FLAG),
            seed=(0, b.SEED),
        ),
        call("MoleculeReport.row", report.row, samples=smiles),
        call("MoleculeReport.real", report.real, num_samples=(2, b.COUNT)),
        call(
            "MoleculeReport.table",
            report.table,
            rows=({"a": {"valid": 1.0}}, b.MAPPING),
            published=(False, b.FLAG),
        ),
        call(
            "MoleculeStatistics.of",
            evaluation.MoleculeStatistics.of,
            smiles=smiles,
            chemnet=(False, b.FLAG),
        ),
        call(
            "frechet_chemnet_distance",
            evaluation.frechet_chemnet_distance,
            real=smiles,
            samples=smiles,
        ),
        call(
            "internal_diversity",
            evaluation.internal_diversity,
            smiles=smiles,
            power=(1, b.whole(1, 2)),
        ),
        call(
            "nearest_similarity",
            evaluation.nearest_similarity,
            smiles=smiles,
            reference=smiles,
        ),
        call("passes_filters", evaluation.passes_filters, smiles=smiles),
        call(
            "molecule_svg",
            visualization.molecule_svg,
            smiles=one,
            width=(50, b.whole(20, 2000)),
            height=(50, b.whole(20, 2000)),
        ),
        call(
            "plot_molecules",
            visualization.plot_molecules,
            smiles=smiles,
            path=path,
            names=names,
            legends=(["a", "b", "c"], b.PAIRED),
            num_columns=(2, b.BOUNDED),
        ),
        call(
            "plot_molecule_paths",
            visualization.plot_molecule_paths,
            paths=([some, some], b.tuples(b.tuples(b.TEXT, 1, 400), 1, 400)),
            path=path,
            names=names,
        ),
        call(
            "plot_properties",
            visualization.plot_properties,
            sets=({"data": some, "samples": some}, b.MAPPING),
            path=path,
            names=(["logP"], b.tuples(b.choice(*known), 1)),
        ),
        call(
            "plot_asked_properties",
            visualization.plot_asked_properties,
            asked=([{"logP": 1.0, "QED": 0.8}], b.tuples(b.MAPPING, 1, 1)),
            molecules=([some], b.tuples(b.tuples(b.TEXT, 1, 400), 1, 1)),
            path=path,
        ),
    ]


def _of_molecule_models():
    some = ["CCO", "CC(=O)N", "c1ccccc1", "CCN", "CC(C)O"] * 4
    codec = keras_arae.MoleculePreprocessor.from_corpus(some)
    condition = data.MolecularProperties(["logP", "weight"])
    model = keras_arae.MoleculeARAE(
        codec, 4, code_dim=4, units=4, prior="gaussian", condition=condition
    )
    model.compile()
    model.fit(some, batch_size=10, verbose=0)
    one, seed = ("CCO", b.TEXT), (0, b.SEED)
    asked = ({"logP": 1.0}, b.MAPPING)
    sampling = {key: SAMPLING[key] for key in ("temperature", "top_k")}

    def score(molecules):
        return [float(len(molecule)) for molecule in molecules]

    return [
        call(
            "MoleculePreprocessor",
            keras_arae.MoleculePreprocessor,
            vocabulary=(["C", "O"], b.TEXTS),
            max_length=(4, b.WIDTH),
            representation=("smiles", b.choice("selfies", "smiles")),
            randomize=(True, b.FLAG),
            invalid=("drop", b.choice("drop", "refuse")),
        ),
        call(
            "MoleculePreprocessor.from_corpus",
            keras_arae.MoleculePreprocessor.from_corpus,
            molecules=(some, b.TEXTS),
            max_length=(9, b.or_none(b.WIDTH)),
        ),
        call("MoleculePreprocessor.encode", codec.encode, data=(some, b.ANY)),
        call(
            "MoleculePreprocessor.encode_corpus",
            codec.encode_corpus,
            data=(some, b.ANY),
        ),
        call(
            "MoleculePreprocessor.decode",
            codec.decode,
            ids=(codec.encode(some[:2]), b.ANY),
        ),
        call("MoleculePreprocessor.split", codec.split, molecule=one),
        call(
            "MolecularProperties",
            data.MolecularProperties,
            names=(["logP", "pIC50"], b.tuples(b.TEXT, 1)),
            units=({"pIC50": "log M"}, b.ANY),
        ),
        call(
            "MolecularProperties.of",
            condition.of,
            molecules=(some[:3], b.TEXTS),
            given=({"logP": 1.0}, b.MAPPING),
        ),
        call(
            "similarities",
            chemistry.similarities,
            molecule=one,
            others=(some, b.TEXTS),
        ),
        call(
            "MoleculeARAE",
            keras_arae.MoleculeARAE,
            codec=(codec, b.of_type(keras_arae.MoleculePreprocessor)),
            embedding_dim=(4, b.WIDTH),
            code_dim=(4, b.WIDTH),
            units=(4, b.or_none(b.WIDTH)),
            prior=("gaussian", b.ANY),
            properties=(["QED"], b.tuples(b.TEXT, 1)),
            standardize_codes=(True, b.FLAG),
        ),
        call(
            "MoleculeARAE.generate",
            model.generate,
            num_samples=(2, b.COUNT),
            condition=asked,
            seed=seed,
            only_valid=(False, b.FLAG),
            num_candidates=(2, b.COUNT),
            **sampling,
        ),
        call(
            "MoleculeARAE.neighbors",
            model.neighbors,
            molecule=one,
            num_molecules=(2, b.COUNT),
            distance=(1.0, b.real(most=2.0)),
            seed=seed,
            **sampling,
        ),
        call(
            "MoleculeARAE.optimize",
            model.optimize,
            objective=(score, b.FUNCTION),
            start=one,
            num_molecules=(2, b.BOUNDED),
            num_calls=(3, b.BOUNDED),
            constraint=(lambda molecules: [True] * len(molecules), b.FUNCTION),
            min_similarity=(0.1, b.real(0.0, 1.0, open_=False)),
            spread=(0.1, b.POSITIVE),
            seed=seed,
        ),
    ]
