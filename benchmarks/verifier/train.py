"""Trains the embedded verifier on the clusters of questions beside this file, and writes it as ONNX in int8.

A cluster holds questions that one answer serves (``same``) and questions that look like them but need another answer
(``different``); all were written for this. all-MiniLM-L6-v2 is fine-tuned as a cross-encoder: word embeddings are kept
as they are, and the head reads the first token, the mean of all, and product and difference of both questions' means
(after InferSent: Conneau et al., 2017). Half an hour on one core::

    python -m benchmarks.verifier.train --base FOLDER --out data/models/same-answer.onnx

FOLDER holds the model's ``config.json``, ``model.safetensors`` and ``tokenizer.json``.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits
from tqdm import tqdm
from transformers import AutoModel, AutoTokenizer

QUESTIONS = Path(__file__).parent / "questions"
EPOCHS, BATCH, RATE, MOST_DIFFERENT, SMOOTHING = 3, 32, 2e-4, 12, 0.02
INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
Pair = tuple[str, str, int]


class CrossEncoder(nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """Reads two questions together; the logit says how sure it is that one answer serves both."""

    def __init__(self, base: Path) -> None:
        super().__init__()
        self.bert = AutoModel.from_pretrained(base, attn_implementation="eager", add_pooling_layer=False)
        for weight in self.bert.embeddings.parameters():
            weight.requires_grad = False
        width = self.bert.config.hidden_size
        self.drop = nn.Dropout(0.1)
        self.head = nn.Sequential(nn.Linear(4 * width, width), nn.GELU(), nn.Linear(width, 1))

    def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
        """Return logits of shape (batch,)."""
        hidden = self.bert(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        one, other = (_mean(hidden, attention_mask * side) for side in (1 - token_type_ids, token_type_ids))
        parts = [hidden[:, 0], (one - other).abs(), one * other, _mean(hidden, attention_mask)]
        return self.head(self.drop(torch.cat(parts, -1)))[:, 0]


def _mean(hidden: Any, mask: Any) -> Any:
    weights = mask.unsqueeze(-1).float()
    return (hidden * weights).sum(1) / weights.sum(1)


def pairs(chance: random.Random) -> list[Pair]:
    """Return pairs of questions with 1 where one answer serves both; of each cluster the hardest and some others."""
    found: list[Pair] = []
    for path in sorted(QUESTIONS.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            cluster = json.loads(line)
            same, different = cluster["same"], cluster["different"]
            direct = [(same[0], other, 0) for other in different]
            others = [(one, other, 0) for one in same[1:] for other in different]
            chance.shuffle(others)
            told = [(one, other, 1) for one, other in itertools.combinations(same, 2)]
            told += direct + others[: MOST_DIFFERENT - len(direct)]
            found += [(a, b, label) if chance.random() < 0.5 else (b, a, label) for a, b, label in told]
    return found


def batches(rows: list[Pair], chance: random.Random) -> Iterator[list[Pair]]:
    """Yield batches of pairs of about the same length, in random order."""
    chance.shuffle(rows)
    rooms = [rows[start : start + 20 * BATCH] for start in range(0, len(rows), 20 * BATCH)]
    ordered = [sorted(room, key=lambda pair: len(pair[0]) + len(pair[1])) for room in rooms]
    made = [room[start : start + BATCH] for room in ordered for start in range(0, len(room), BATCH)]
    chance.shuffle(made)
    yield from made


def train(base: Path, seed: int) -> tuple[CrossEncoder, Any]:
    """Return the trained model and its tokenizer."""
    chance = random.Random(seed)
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    model, tokenizer, rows = CrossEncoder(base), AutoTokenizer.from_pretrained(base), pairs(chance)
    steps = EPOCHS * len(rows) // BATCH
    optimizer = torch.optim.AdamW([one for one in model.parameters() if one.requires_grad], lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / (0.06 * steps + 1), max(0.0, (steps - step) / steps))
    )
    for _ in range(EPOCHS):
        for batch in tqdm(list(batches(rows, chance))):
            ones, others, labels = zip(*batch, strict=True)
            read = tokenizer(
                list(ones), list(others), padding=True, truncation=True, max_length=64, return_tensors="pt"
            )
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = model(**read)
            wanted = torch.tensor(labels, dtype=torch.float) * (1 - 2 * SMOOTHING) + SMOOTHING
            loss = binary_cross_entropy_with_logits(logits.float(), wanted)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return model.eval(), tokenizer


def write(model: CrossEncoder, tokenizer: Any, out: Path) -> None:
    """Write the model in int8, with batch and length free."""
    read = tokenizer(["how are you", "a"], ["hello there my friend", "b"], padding=True, return_tensors="pt")
    whole = out.with_suffix(".fp32.onnx")
    free = {name: {0: "batch", 1: "tokens"} for name in INPUTS} | {"logit": {0: "batch"}}
    torch.onnx.export(
        model, tuple(read[name] for name in INPUTS), str(whole), input_names=INPUTS, output_names=["logit"],
        dynamic_axes=free, opset_version=17, dynamo=False,
    )  # fmt: skip
    quantize_dynamic(str(whole), str(out), weight_type=QuantType.QInt8, per_channel=True)
    whole.unlink()


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    write(*train(given.base, given.seed), given.out)


if __name__ == "__main__":
    main()
