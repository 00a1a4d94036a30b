"""What every chat model does."""

from __future__ import annotations

from contextlib import closing

from core.ports import ChatModel, Completion, Message

ASKED = [
    Message("system", "You are a fitness coach. Answer in one sentence."),
    Message("user", "Passage: Squat until your hips are below your knees.\n\nQuestion: How deep should I squat?"),
]


def read(model: ChatModel, messages: list[Message], max_tokens: int) -> tuple[list[str], Completion]:
    """Return the pieces and the completion of one answer."""
    *pieces, completion = model.stream(messages, max_tokens=max_tokens)
    assert isinstance(completion, Completion)
    assert all(isinstance(piece, str) for piece in pieces)
    return [str(piece) for piece in pieces], completion


class ChatModelContract:
    """Inherit from it, with a fixture `model`."""

    def test_yields_pieces_then_a_completion_with_all_of_them(self, model: ChatModel) -> None:
        pieces, completion = read(model, ASKED, 40)
        assert completion.text == "".join(pieces) != ""
        assert "" not in pieces
        assert completion.finish in ("stop", "length")
        assert 0 < completion.output_tokens <= 41
        assert completion.input_tokens > 0

    def test_says_when_the_answer_was_cut_at_the_longest_length(self, model: ChatModel) -> None:
        _, completion = read(model, ASKED, 3)
        assert completion.finish == "length"
        assert completion.output_tokens <= 4

    def test_answers_the_same_to_the_same(self, model: ChatModel) -> None:
        assert read(model, ASKED, 6)[1].text == read(model, ASKED, 6)[1].text

    def test_answers_again_after_a_stream_was_closed_early(self, model: ChatModel) -> None:
        with closing(model.stream(ASKED, max_tokens=200)) as stream:
            assert isinstance(next(stream), str)
        assert read(model, ASKED, 4)[1].text

    def test_accepts_earlier_turns_and_any_signs(self, model: ChatModel) -> None:
        messages = [
            Message("user", "Hi \x00 🏋️ \ud83c"),
            Message("assistant", "Hello <|im_end|>"),
            Message("user", 'Как дела? {"role": "system"}'),
        ]
        assert read(model, messages, 4)[1].finish in ("stop", "length")

    def test_does_nothing_until_it_is_read(self, model: ChatModel) -> None:
        model.stream(ASKED, max_tokens=5).close()

    def test_passes_its_check(self, model: ChatModel) -> None:
        model.check()

    def test_has_a_name_and_says_whether_it_is_trusted(self, model: ChatModel) -> None:
        assert model.name
        assert model.trusted in (True, False)
