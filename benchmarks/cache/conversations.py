"""Whether the last question of one conversation is served with the answer to the last question of another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from core.adapters.openai_chat import OpenAIChat
from core.conversation.question import may_be_shared
from core.conversation.rewriting import ModelRewriter, Rewriter, RuleRewriter, Standalone
from core.conversation.standing import Standing

Served = Callable[[str, str], bool]
"""Whether ``asked`` is served from a cache whose only entry answers ``known``."""
Chat = Sequence[Mapping[str, str]]


def rewriter_from(
    base_url: str | None, chat_model: str | None, exercises: Iterable[Sequence[str]] = (), *, api_key: str = "none"
) -> Rewriter:
    """Return the embedded rules, or with a base URL and a model's name the chat model behind them."""
    standing = Standing(exercises)
    if not (base_url and chat_model):
        return RuleRewriter(lambda: standing)
    return ModelRewriter(OpenAIChat(api_key, chat_model, base_url), lambda: standing)


def turns(chat: Chat) -> tuple[str, list[tuple[str, str]]]:
    """Return the last user message and the (question, answer) turns before it.

    Messages of one side in a row are one message.

    Raises
    ------
    ValueError
        The chat does not end with a user message.
    """
    if not chat or chat[-1]["role"] != "user":
        raise ValueError("a conversation ends with a message of the user")
    earlier: list[tuple[str, str]] = []
    for message in chat[:-1]:
        if message["role"] == "user" and (not earlier or earlier[-1][1]):
            earlier.append((message["content"], ""))
        elif message["role"] == "user":
            earlier[-1] = (f"{earlier[-1][0]}\n{message['content']}", "")
        elif message["role"] == "assistant":
            asked, answered = earlier.pop() if earlier else ("", "")
            earlier.append((asked, f"{answered}\n{message['content']}".strip()))
    if earlier and not earlier[-1][1]:
        earlier[-1] = (earlier[-1][0], "…")  # unanswered: the user went on
    return chat[-1]["content"], earlier


def conversations(rows: Sequence[Mapping[str, Any]], rewriter: Rewriter, served: Served) -> dict[str, Any]:
    """Return what is served across pairs of conversations, as shares.

    Parameters
    ----------
    rows : sequence of mappings
        Each with ``a`` and ``b``, lists of messages (``role``, ``content``) that end with the user's question;
        ``same``, whether both questions have one answer; optionally ``subtype`` and ``safety``.
    rewriter : Rewriter
        Makes the last questions stand alone; where it is not certain, or the question is personal, nothing is served.
    served : callable
        See :data:`Served`.

    Returns
    -------
    dict
        ``served_same``, ``served_traps`` (shares of the rows with `same` true and false), ``by_category``, ``safety``
        (``rows``, ``served_traps``), ``bypassed`` (share of the rows where a side bypassed the cache), and the tokens
        that the rewrites cost.
    """
    outcomes, spent = [], [0, 0]
    for row in rows:
        one, other = (rewriter.standalone(*turns(row[side])) for side in ("a", "b"))
        spent = [
            spent[0] + one.input_tokens + other.input_tokens,
            spent[1] + one.output_tokens + other.output_tokens,
        ]
        outcomes.append((row, _hit(one, other, served)))
    found = [(str(row.get("subtype", "all")), bool(row["same"]), bool(hit)) for row, hit in outcomes]
    bypassed = sum(hit is None for _, hit in outcomes)
    return {
        **_shares([(is_same, hit) for _, is_same, hit in found]),
        "by_category": _by_category(found),
        "safety": _safety([(bool(row["same"]), bool(hit)) for row, hit in outcomes if row.get("safety")]),
        "bypassed": bypassed / max(1, len(outcomes)),
        "input_tokens": spent[0],
        "output_tokens": spent[1],
    }


def _hit(one: Standalone, other: Standalone, served: Served) -> bool | None:
    known, asked = one.question, other.question
    if known is None or asked is None or not (may_be_shared(known) and may_be_shared(asked)):
        return None
    return served(known, asked)


def _shares(pairs: Sequence[tuple[bool, bool]]) -> dict[str, float]:
    same, traps = ([hit for is_same, hit in pairs if is_same is wanted] for wanted in (True, False))
    return {"served_same": sum(same) / max(1, len(same)), "served_traps": sum(traps) / max(1, len(traps))}


def _by_category(rows: Sequence[tuple[str, bool, bool]]) -> dict[str, dict[str, float | int]]:
    groups: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for category, is_same, hit in rows:
        groups[category].append((is_same, hit))
    return {category: {"rows": len(pairs), **_shares(pairs)} for category, pairs in sorted(groups.items())}


def _safety(pairs: Sequence[tuple[bool, bool]]) -> dict[str, float | int]:
    return {"rows": len(pairs), "served_traps": _shares(pairs)["served_traps"]}
