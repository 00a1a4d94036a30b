"""Chat by OpenAI or a server that speaks its API."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from typing import Literal

import openai
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

from core.adapters.openai_errors import SERVICE, client_for, translated
from core.adapters.resilience import Resilient
from core.errors import ServiceRefused, ServiceUnavailable
from core.ports import Completion, Message

_LONGEST_CHECK_S = 5.0
_CUT = "OpenAI's answer broke off before its end; try again."


class OpenAIChat:
    """A model behind ``/chat/completions``. It is trusted to state what the sources in its prompt say.

    Parameters
    ----------
    api_key : str
        Key of the API.
    model : str
        The model's name at the provider.
    base_url : str, optional
        An OpenAI-compatible server; OpenAI itself if left out.
    timeout_s : float
        Longest wait for the answer's begin and for each further piece, in seconds.
    resilience : Resilient, optional
        Retries, only before the first piece, and circuit breaker.
    """

    def __init__(
        self,
        api_key: str,
        model: str,
        base_url: str | None = None,
        *,
        timeout_s: float = 60.0,
        resilience: Resilient | None = None,
    ) -> None:
        self._model = model
        self._timeout_s = timeout_s
        self._resilience = resilience or Resilient(SERVICE)
        # OpenAI's newer models refuse the old name; servers of other makers often know the old one only.
        self._new_limit = base_url is None
        self._client = client_for(api_key, base_url, timeout_s)

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model

    @property
    def trusted(self) -> bool:
        """Whether it may state what the sources say: yes."""
        return True

    def stream(self, messages: Sequence[Message], *, max_tokens: int) -> Generator[str | Completion, None, None]:
        """Yield pieces, then one :class:`Completion`; `max_tokens` (1 or more) bounds the answer, thinking included.

        Raises
        ------
        ServiceUnavailable
            It cannot be reached, is limiting, or broke off in the middle.
        ServiceRefused
            See :mod:`core.adapters.openai_errors`.
        """
        return self._resilience.stream(lambda: self._attempt(messages, max_tokens))

    def check(self) -> None:
        """Ask for the model's entry; for the list of models where the server has no entries. Costs nothing."""
        self._resilience.once(self._look_up)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _look_up(self) -> None:
        client = self._client.with_options(timeout=min(self._timeout_s, _LONGEST_CHECK_S))
        with translated():
            try:
                client.models.retrieve(self._model)
            except openai.NotFoundError as error:
                if self._model not in {model.id for model in client.models.list()}:
                    message = f"OpenAI has no model {self._model} for this key; check COACH_CHAT_MODEL."
                    raise ServiceRefused(SERVICE, message) from error

    def _attempt(self, messages: Sequence[Message], max_tokens: int) -> Generator[str | Completion, None, None]:
        reply = _Reply()
        try:
            with translated(), self._open(messages, max_tokens) as chunks:
                yield from reply.read(chunks)
        except (AttributeError, ValueError) as error:  # what came is not the API's form; the SDK lets this through
            raise ServiceUnavailable(SERVICE, _CUT) from error
        yield reply.completion(messages)

    def _open(self, messages: Sequence[Message], max_tokens: int) -> openai.Stream[ChatCompletionChunk]:
        try:
            return self._create(messages, max_tokens)
        except openai.BadRequestError as error:
            if error.param != ("max_completion_tokens" if self._new_limit else "max_tokens"):
                raise
            self._new_limit = not self._new_limit
        return self._create(messages, max_tokens)

    def _create(self, messages: Sequence[Message], max_tokens: int) -> openai.Stream[ChatCompletionChunk]:
        return self._client.chat.completions.create(
            model=self._model,
            messages=[_sent(message) for message in messages],
            max_completion_tokens=max_tokens if self._new_limit else openai.omit,
            max_tokens=openai.omit if self._new_limit else max_tokens,
            stream=True,
            stream_options={"include_usage": True},
        )


class _Reply:
    """What has come of one answer."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._finish: str | None = None
        self._declined = False
        self._usage: tuple[int, int] | None = None

    def read(self, chunks: Iterable[ChatCompletionChunk]) -> Generator[str, None, None]:
        """Yield each piece of text that is not empty; what the model says to decline is left out."""
        for chunk in chunks:
            if chunk.usage:
                self._usage = (chunk.usage.prompt_tokens, chunk.usage.completion_tokens)
            for choice in chunk.choices or ():
                self._finish = choice.finish_reason or self._finish
                self._declined = self._declined or bool(choice.delta.refusal)
                if choice.delta.content:
                    self._pieces.append(choice.delta.content)
                    yield choice.delta.content

    def completion(self, messages: Sequence[Message]) -> Completion:
        """Return the end of the answer, or raise where none was sent."""
        if self._finish is None:
            raise ServiceUnavailable(SERVICE, _CUT)
        text = "".join(self._pieces)
        asked, said = self._usage or (sum(4 + _tokens(message.content) for message in messages), _tokens(text))
        return Completion(text, self._ended(), asked, said)

    def _ended(self) -> Literal["stop", "length", "filtered"]:
        if self._declined or self._finish == "content_filter":
            return "filtered"
        return "length" if self._finish == "length" else "stop"


def _tokens(text: str) -> int:
    """Estimate tokens, at 4 bytes each: English is near that."""
    return -(-len(text.encode("utf-8", "replace")) // 4)


def _sent(message: Message) -> ChatCompletionMessageParam:
    content = message.content.encode("utf-8", "replace").decode()  # lone surrogates cannot be sent
    if message.role == "system":
        return {"role": "system", "content": content}
    if message.role == "assistant":
        return {"role": "assistant", "content": content}
    return {"role": "user", "content": content}
