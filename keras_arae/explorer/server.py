"""Lets a browser ask a `Space`: one page, and its verbs as JSON.

Needs starlette (`pip install "keras-arae[explore]"`); `command` imports this
file once it knows that it is there.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import ipaddress
import json
import pathlib
import urllib.parse
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
from absl import logging
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp
from starlette.types import Message
from starlette.types import Receive
from starlette.types import Scope
from starlette.types import Send

from keras_arae.explorer.refused import Refused
from keras_arae.explorer.space import Space

PAGE = pathlib.Path(__file__).parent / "page"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
READS = ("about", "map", "piece")  # By GET; all other verbs by POST.
VERBS = (*READS, "at", "change", "move", "near", "read", "sample", "walk")

MOST_BYTES = 64 * 1024  # Of a request's body.
SECONDS = 10  # For a body to arrive.
MOST_WAITING = 16  # Requests, while the model is at work for another one.

# Nothing from elsewhere is loaded, run or framed; molecules are `data:`.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self' data:; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def make_app(space: Space, hosts: tuple[str, ...] = ()) -> ASGIApp:
    """The application that a server such as uvicorn runs.

    Args:
        space: `Space`.
        hosts: tuple of str. Names by which browsers may call the machine,
            beside `localhost` and numbers. Defaults to `()`.
    """
    turns = Turns()
    files = {path.name: path.read_bytes() for path in PAGE.iterdir()}

    async def page(request: Request) -> Response:
        name = request.path_params.get("name", "index.html")
        if name not in files:
            raise HTTPException(404, f"There is no page {name!r}.")
        kind = TYPES[pathlib.PurePath(name).suffix]
        return Response(files[name], headers={"Content-Type": kind})

    async def verb(request: Request) -> Response:
        name = request.path_params["verb"]
        if name not in VERBS:
            raise HTTPException(404, f"There is no verb {name!r}.")
        method = "GET" if name in READS else "POST"
        if request.method != method:
            raise HTTPException(405, f"The verb {name!r} is for {method}.")
        function = bound(getattr(space, name), await body_of(request))
        try:
            return JSONResponse(await turns.take(request, function))
        except HTTPException:
            raise
        except Exception as error:  # Of a framework, or of a user's class.
            return in_words(error)

    app = Starlette(
        routes=[
            Route("/", page),
            Route("/page/{name}", page),
            Route("/api/{verb}", verb, methods=["GET", "POST"]),
        ],
        exception_handlers={HTTPException: refused_by_http},
    )
    return Guard(app, hosts)


async def body_of(request: Request) -> dict[str, Any]:
    """What a request asks for, by name; refuses what is too large."""
    if request.method == "GET":
        query = request.query_params
        return {key: _number(value) for key, value in query.items()}
    kind = request.headers.get("content-type", "")
    if kind.partition(";")[0].strip() != "application/json":
        raise HTTPException(415, f"Expected JSON. Received: {kind[:80]!r}")
    data = bytearray()
    try:
        with anyio.fail_after(SECONDS):
            async for chunk in request.stream():
                data += chunk
                if len(data) > MOST_BYTES:
                    raise HTTPException(
                        413,
                        f"Expected a request of at most {MOST_BYTES} bytes. "
                        "Received: a larger one",
                    )
    except TimeoutError:
        raise HTTPException(
            408, f"Expected the request within {SECONDS} seconds."
        ) from None
    try:
        asked = json.loads(data)
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise HTTPException(
            400, f"Expected a JSON object. Received: {bytes(data[:80])!r}"
        )
    return asked


def _number(value: str) -> int | str:
    return int(value) if value.isdecimal() and len(value) < 10 else value


def bound(function: Callable, asked: dict[str, Any]) -> Callable:
    """A verb with its arguments; refuses names that it does not have."""
    try:
        inspect.signature(function).bind(**asked)
    except TypeError as error:
        names = list(inspect.signature(function).parameters)
        raise HTTPException(
            400,
            f"Expected of {names} those that are needed ({error}). "
            f"Received: {sorted(asked)}"[:400],
        ) from None
    return functools.partial(function, **asked)


class Turns:
    """One request after the other reaches the model, in one thread.

    Frameworks keep settings by thread and are at their best in one. A request
    whose browser has gone in the meantime is left out.
    """

    def __init__(self) -> None:
        self.lock = anyio.Lock()
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="model")
        self.waiting = 0

    async def take(self, request: Request, function: Callable) -> Any:
        """What a function returns, once it is this request's turn."""
        if self.waiting >= MOST_WAITING:
            raise HTTPException(
                503,
                f"The model is busy, and {self.waiting} requests wait for it: "
                "ask again in a while.",
            )
        self.waiting += 1
        try:
            async with self.lock:
                if await request.is_disconnected():
                    raise HTTPException(499, "The browser has gone.")
                loop = asyncio.get_running_loop()
                # To its end, or two would be at the model at once.
                with anyio.CancelScope(shield=True):
                    return await loop.run_in_executor(self.thread, function)
        finally:
            self.waiting -= 1


async def refused_by_http(request: Request, error: Exception) -> Response:
    """What is wrong with a request, as a sentence that the page shows."""
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code)


def in_words(error: Exception) -> Response:
    """What a verb raised, as a sentence that the page shows."""
    # What the library refuses says what came.
    refuses = isinstance(error, Refused) or "Received:" in str(error)
    if isinstance(error, (ValueError, TypeError, ImportError)) and refuses:
        return JSONResponse({"error": str(error)}, 400)
    logging.error("The explorer failed.", exc_info=error)
    sentence = "The server failed at this. What it printed says how."
    return JSONResponse({"error": sentence}, 500)


class Guard:
    """Refuses requests of other pages, and adds headers to each answer.

    A page from elsewhere can have a browser send requests to this machine,
    even under a name of its own that leads here. So the name that was called
    must be one of this machine's, and a request's origin this page's.

    Args:
        app: an ASGI application.
        hosts: tuple of str, as in `make_app`.
    """

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...]) -> None:
        self.app = app
        self.hosts = {"localhost", *(host.lower() for host in hosts)}

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answers a request."""
        app = self.app
        if scope["type"] == "http":
            app = self._answer_to(Headers(scope=scope)) or app

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await app(scope, receive, send_with_headers)

    def _answer_to(self, headers: Headers) -> Response | None:
        """A refusal, or `None`."""
        host = headers.get("host", "")
        if not self._is_ours(host):
            sentence = (
                "Expected this machine by its number, as localhost or by the "
                f"name that --host gave. Received: {host[:80]!r}"
            )
            return JSONResponse({"error": sentence}, 421)
        origin = headers.get("origin")
        if origin is not None and origin.partition("://")[2] != host:
            sentence = (
                "Expected a request of the explorer's own page. "
                f"Received: one of {origin[:80]!r}"
            )
            return JSONResponse({"error": sentence}, 403)
        return None

    def _is_ours(self, host: str) -> bool:
        try:
            name = urllib.parse.urlsplit(f"//{host}").hostname or ""
            if name not in self.hosts:
                ipaddress.ip_address(name)
        except ValueError:
            return False
        return "@" not in host
