"""Asks a language model one question over the chat-completions protocol, within bounds that are kept.

One call is one request, to the address configured and nowhere else: no retry, no redirect, no more bytes than
an answer may have, and an end at the time that was set. What a request may have cost is known before it is
sent; a request whose answer is lost is booked in full.
"""

import asyncio
import json
import re
import threading
import warnings
from collections.abc import AsyncIterator
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from countersign.documents.pool import Closed
from countersign.domain.plan import Cost
from countersign.settings.models import Endpoint

if TYPE_CHECKING:  # loaded when somebody is asked: it takes a second, and most desks ask nobody
    import httpx2
    from pydantic_ai.messages import ModelMessage, ModelResponse
    from pydantic_ai.models import ModelRequestParameters
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.settings import ModelSettings

OVERHEAD = 300
"""Tokens that a server may put around a question: its template, the names of the roles."""
_BYTES_A_TOKEN = 64
"""No answer has more bytes a token than this, wrapping included."""
_FAILURES, _REST = 3, 60.0
"""Failures in a row after which nobody is asked for so many seconds."""
_REFUSALS = {
    401: ": its key is wrong, or lacks",
    403: ": its key does not allow this",
    404: ": there is no such address or model",
    429: ": it is asked too often",
}
_OBJECT = re.compile(r"\{.*\}", re.DOTALL)


class Question(NamedTuple):
    """What is asked: who the model is to be, the document as data, and the form of the answer."""

    task: str
    data: str
    schema: dict[str, Any]

    @property
    def most_tokens(self) -> int:
        """How many tokens it can have at most: no tokeniser makes more than one of a byte."""
        schema = json.dumps(self.schema, ensure_ascii=False)
        return len((self.task + self.data + schema).encode()) + OVERHEAD


class Heard(NamedTuple):
    """What came of a question."""

    answer: dict[str, Any] | None
    tokens: int
    money: int
    why: str = ""
    """Why there is no answer, for a person; it repeats nothing of the answer."""
    again: bool = False
    """Whether the same question may be asked once more, because it would be put in another way."""


class _Meter:
    """Counts the bytes of an answer."""

    def __init__(self, most: int) -> None:
        self._left = most
        self.why = ""
        """Why the answer is not taken, as soon as there is a reason."""

    def takes(self, part: bytes) -> bool:
        """Say whether there is room for these, too."""
        self._left -= len(part)
        if self._left < 0:
            self.why = "its answer is far longer than agreed"
        return not self.why


class Speaker:
    """Speaks to one language model; safe from any thread."""

    def __init__(self, endpoint: Endpoint, key: str | None = None) -> None:
        """Nothing is loaded and nobody is asked before the first question."""
        self.endpoint = endpoint
        self._key = key
        self._lock = threading.Lock()
        self._failures = 0
        self._rests_until = 0.0
        self._is_plain = endpoint.answers == "text"
        self._under_way: set[tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]]] = set()

    def most(self, question: Question) -> Cost:
        """Return what a question can cost at most."""
        tokens = question.most_tokens
        out = self.endpoint.max_output_tokens
        return Cost(tokens=tokens + out, money=self.endpoint.cost(tokens, out))

    def ask(self, question: Question, seconds: float | None = None) -> Heard:
        """Ask; whatever goes wrong at the other end is said in the answer. Raises Closed when cut off."""
        with self._lock:
            if monotonic() < self._rests_until:
                why = f"it failed {_FAILURES} times in a row and is left alone for a minute"
                return Heard(None, 0, 0, why)
        _load()
        patience = self.endpoint.timeout.total_seconds()
        patience = patience if seconds is None else max(0.0, min(patience, seconds))
        heard = asyncio.run(self._cut_off_able(question, patience))
        with self._lock:
            self._failures = 0 if heard.answer is not None or heard.again else self._failures + 1
            if self._failures >= _FAILURES:
                self._failures, self._rests_until = 0, monotonic() + _REST
        return heard

    def cut_off(self) -> None:
        """End every question under way, at once: who asks one gets Closed, and may ask again another day."""
        with self._lock:
            for loop, task in self._under_way:
                loop.call_soon_threadsafe(task.cancel)

    async def _cut_off_able(self, question: Question, patience: float) -> Heard:
        task = asyncio.ensure_future(self._asked(question, patience))
        place = (asyncio.get_running_loop(), task)
        with self._lock:
            self._under_way.add(place)
        try:
            return await task
        except asyncio.CancelledError:
            raise Closed("the question was cut off") from None
        finally:
            with self._lock:
                self._under_way.discard(place)

    async def _asked(self, question: Question, patience: float) -> Heard:
        from pydantic_ai import exceptions
        from pydantic_ai.direct import model_request

        most = self.most(question)
        lost = Heard(None, most.tokens, most.money)
        meter = _Meter(_BYTES_A_TOKEN * self.endpoint.max_output_tokens + 65_536)
        try:
            async with asyncio.timeout(patience), self._http(patience, meter) as http:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # of a library that warns of models newer than itself
                    response = await model_request(
                        self._model(http),
                        _messages(question, self._is_plain),
                        model_settings=self._settings(patience),
                        model_request_parameters=_parameters(question, self._is_plain),
                    )
        except (TimeoutError, exceptions.ModelTimeoutError):
            return lost._replace(why=f"it did not answer within {patience:g} s")
        except exceptions.ModelHTTPError as error:
            return self._refused(error.status_code, lost)
        except exceptions.ModelAPIError as error:
            if _was_never_sent(error):
                return Heard(None, 0, 0, "nobody listens at its address")
            return lost._replace(why=meter.why or "the connection failed")
        except Exception:
            # Whatever the library makes of a hostile answer, it is none.
            return lost._replace(why="what it sent is no answer of this protocol")
        return self._heard(response, question)

    def _refused(self, status: int, lost: Heard) -> Heard:
        """Say what a refusal means; a server that takes no schema is asked in plain words from then on."""
        if status in (400, 415, 422) and not self._is_plain:
            self._is_plain = True
            why = f"it takes no schema (status {status}) and is asked in plain words from now on"
            return Heard(None, 0, 0, why, again=True)
        booked = lost if status >= 500 else Heard(None, 0, 0)  # what is refused is not worked on
        return booked._replace(why=f"it refused with status {status}{_REFUSALS.get(status, '')}")

    def _heard(self, response: "ModelResponse", question: Question) -> Heard:
        """Read the answer; tokens that the server does not count are taken to be the most they can be."""
        text = response.text or ""
        bound_in, bound_out = question.most_tokens, self.endpoint.max_output_tokens
        tokens_in = min(response.usage.input_tokens or bound_in, bound_in)
        tokens_out = min(response.usage.output_tokens or len(text.encode()) or bound_out, bound_out)
        booked = Heard(None, tokens_in + tokens_out, self.endpoint.cost(tokens_in, tokens_out))
        if response.finish_reason == "length":
            return booked._replace(why="its answer was cut off at the length agreed")
        if not text and response.tool_calls:
            return booked._replace(why="it asked for a tool, and has none")
        found = _OBJECT.search(text)
        try:
            answer = json.loads(found[0]) if found else None
        except (json.JSONDecodeError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            return booked._replace(why="its answer is not in the form asked for")
        return booked._replace(answer=answer)

    def _http(self, patience: float, meter: "_Meter") -> "httpx2.AsyncClient":
        import httpx2

        class Bounded(httpx2.AsyncByteStream):
            """Hands on no more bytes than an answer may have."""

            def __init__(self, stream: httpx2.AsyncByteStream) -> None:
                self._stream = stream

            async def __aiter__(self) -> AsyncIterator[bytes]:
                async for part in self._stream:
                    if not meter.takes(part):
                        raise httpx2.ReadError("longer than agreed")
                    yield part

            async def aclose(self) -> None:
                await self._stream.aclose()

        async def bound(response: httpx2.Response) -> None:
            if response.headers.get("content-encoding", "identity") != "identity":
                meter.why = "its answer is packed, and may then be of any length"
            elif response.is_redirect:
                meter.why = "it sends questions on to another address, which nobody chose"
            if meter.why:
                raise httpx2.ReadError(meter.why)
            if isinstance(response.stream, httpx2.AsyncByteStream):
                response.stream = Bounded(response.stream)

        return httpx2.AsyncClient(
            timeout=patience,
            follow_redirects=False,
            trust_env=False,
            proxy=self.endpoint.proxy,
            headers={"Accept-Encoding": "identity"},
            event_hooks={"response": [bound]},
        )

    def _model(self, http: "httpx2.AsyncClient") -> "OpenAIChatModel":
        from openai import AsyncOpenAI
        from pydantic_ai.models.openai import OpenAIChatModel
        from pydantic_ai.profiles.openai import OpenAIModelProfile
        from pydantic_ai.providers.openai import OpenAIProvider

        client = AsyncOpenAI(
            api_key=self._key or "none",
            base_url=self.endpoint.url,
            organization="",
            project="",
            max_retries=0,
            http_client=http,
        )
        host = urlsplit(self.endpoint.url).hostname or ""
        profile = OpenAIModelProfile(
            supports_json_schema_output=True,
            openai_chat_supports_max_completion_tokens=host.endswith((".openai.com", ".azure.com")),
        )
        return OpenAIChatModel(
            self.endpoint.model, provider=OpenAIProvider(openai_client=client), profile=profile
        )

    def _settings(self, patience: float) -> "ModelSettings":
        from pydantic_ai.settings import ModelSettings

        return ModelSettings(max_tokens=self.endpoint.max_output_tokens, temperature=0.0, timeout=patience)


def _was_never_sent(error: BaseException | None) -> bool:
    import httpx2

    while error is not None:
        if isinstance(error, httpx2.ConnectError):
            return True
        error = error.__cause__
    return False


def _load() -> None:
    """Load the library before the time begins to count; it takes seconds on a busy machine."""
    from pydantic_ai import direct
    from pydantic_ai.models import openai

    del direct, openai


def _messages(question: Question, is_plain: bool) -> "list[ModelMessage]":
    from pydantic_ai.messages import ModelRequest, SystemPromptPart, UserPromptPart

    schema = json.dumps(question.schema, ensure_ascii=False)
    task = f"{question.task}\nAnswer with JSON alone, by this schema: {schema}" if is_plain else question.task
    return [ModelRequest(parts=[SystemPromptPart(task), UserPromptPart(question.data)])]


def _parameters(question: Question, is_plain: bool) -> "ModelRequestParameters":
    from pydantic_ai.models import ModelRequestParameters
    from pydantic_ai.output import OutputObjectDefinition

    if is_plain:
        return ModelRequestParameters()
    form = OutputObjectDefinition(json_schema=question.schema, name="values", strict=True)
    return ModelRequestParameters(output_mode="native", output_object=form)
