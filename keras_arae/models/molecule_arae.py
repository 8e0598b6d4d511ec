"""An ARAE of molecules: SMILES in, SMILES out."""

from __future__ import annotations

from typing import Any

from keras_arae.arguments import checked
from keras_arae.arguments import instance
from keras_arae.data import MoleculePreprocessor
from keras_arae.export import export
from keras_arae.models.sequence_arae import SequenceARAE


@export
class MoleculeARAE(SequenceARAE):
    """An adversarially regularized autoencoder of molecules."""

    @checked(codec=instance(MoleculePreprocessor))
    def __init__(
        self,
        codec: MoleculePreprocessor,
        embedding_dim: int = 32,
        code_dim: int = 128,
        units: int | None = 256,
        prior: Any = "adversarial",
        encoder: Any = "convolutional",
        decoder: Any = "lstm",
        condition: Any = None,
        standardize_codes: bool = True,
        learning_rate: float | None = None,
        **options: Any,
    ) -> None:
        super().__init__(
            codec,
            embedding_dim,
            code_dim,
            units,
            prior,
            encoder,
            decoder,
            learning_rate,
            condition=condition,
            standardize_codes=standardize_codes,
            **options,
        )
