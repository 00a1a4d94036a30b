from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.cache.conversations import rewriter_from
from benchmarks.cache.overview import form, overview
from benchmarks.semantic_cache import main, read_rows

PAIR = {"a": "How do I do a push-up?", "b": "how do i do a push-up", "same": True}
TRAP = {"a": "How do I do a push-up?", "b": "How do I do a pull-up?", "same": False, "safety": True}
CHAT = [{"role": "user", "content": "How do I do a push-up?"}]


def test_a_form_is_known_by_its_fields() -> None:
    rows = [PAIR, {"q": "", "cls": ""}, {"q": "", "personal": True}, {"a": CHAT, "b": CHAT, "same": True}]
    assert [form(row) for row in rows] == ["pairs", "stream", "personal", "conversations"]


def test_every_file_gives_its_figures() -> None:
    files = {
        Path("pairs.jsonl"): [PAIR, TRAP],
        Path("stream.jsonl"): [{"q": "How do I rest?", "cls": "rest"}, {"q": "how do I rest", "cls": "rest"}],
        Path("talk.jsonl"): [{"a": CHAT, "b": CHAT, "same": True}],
        Path("own.jsonl"): [{"q": "I weigh 90 kg", "personal": True}, {"q": "How do I rest?", "personal": False}],
    }
    rows = overview(files, rewriter_from(None, None), "rules", [], shuffles=1)
    told = {(row["data"], row["what"]): row["measured"] for row in rows}
    assert told["pairs.jsonl", "pairs that should hit"] == "100.00 %"
    assert told["pairs.jsonl", "safety traps served"] == "0 of 1"
    assert told["stream.jsonl", "stream, hits (least of 1), judge right 100 %"] == "50.00 % (50.00 %)"
    assert told["talk.jsonl", "conversations that should hit, rules"] == "100.00 %"
    assert told["own.jsonl", "personal questions leaked"] == "0.00 %"


@pytest.mark.parametrize(
    ("text", "said"),
    [("{", "line 1 is not JSON"), ('{"a": "x"}', "line 1 lacks b, same"), ("\n", "holds no row"), ("[]", "lacks a")],
)
def test_a_file_of_another_form_is_refused_in_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(text, "utf-8")
    with pytest.raises(SystemExit, match=said):
        read_rows(path, "a", "b", "same")


def test_pairs_end_in_one_json_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text("\n".join(map(json.dumps, [PAIR, TRAP])), "utf-8")
    main(["pairs", "--data", str(path), "--json", "--peers", "static"])
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["served_same"], told["served_traps"], told["safety"]) == (1.0, 0.0, {"rows": 1, "served_traps": 0.0})
    assert [row["cache"] for row in told["rows"][:2]] == ["ours", "static"]
