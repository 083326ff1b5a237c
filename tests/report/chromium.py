"""A headless Chromium that is spoken to over two pipes, in the words of its DevTools protocol."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome")
PATIENCE: Final = 60  # seconds for one answer
_FLAGS: Final = (
    "--headless",
    "--remote-debugging-pipe",
    "--no-sandbox",  # which root cannot have; nothing is opened but our own files
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--window-size=1200,900",
)
_CODES: Final = {"Tab": 9, "Enter": 13, "Space": 32}


@dataclass
class Tab:
    """One page. events: what the browser has said of it, without being asked, since it was opened."""

    writes: int
    reads: int
    session: str | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    _rest: bytes = b""
    _last: int = 0

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._last += 1
        message: dict[str, Any] = {"id": self._last, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writes, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._last:
            self.events.append(answer)
        assert "error" not in answer, f"{method}: {answer}"
        return dict(answer["result"])

    def open(self, path: Path) -> None:
        """Load a file, and forget the events before."""
        self.events.clear()
        self.call("Page.navigate", url=path.as_uri())
        self.loaded()

    def loaded(self) -> None:
        """Wait until a page has been loaded since the events were last forgotten."""
        while not self.said("Page.loadEventFired"):
            self.events.append(self._next())

    def said(self, method: str) -> list[dict[str, Any]]:
        return [event["params"] for event in self.events if event.get("method") == method]

    def evaluate(self, expression: str) -> Any:
        """The value of some JavaScript, as JSON."""
        answer = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, userGesture=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def press(self, key: str) -> None:
        text = {"Enter": "\r", "Space": " "}.get(key)
        named = {"key": " " if key == "Space" else key, "code": key, "windowsVirtualKeyCode": _CODES[key]}
        typed = {"text": text} if text else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", **named, **typed)
        self.call("Input.dispatchKeyEvent", type="keyUp", **named)

    def click(self, element: str) -> None:
        """Press the mouse in the middle of what some JavaScript names, or of its first line."""
        place = self.evaluate(
            f"(() => {{ const one = {element}; one.scrollIntoView({{block: 'center', inline: 'center'}});"
            "const box = one.getClientRects()[0];"
            "return {x: box.x + box.width / 2, y: box.y + box.height / 2}; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **place)

    def type(self, text: str) -> None:
        self.call("Input.insertText", text=text)

    def resize(self, width: int, height: int = 900) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def _next(self) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self.reads], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"no answer from the browser in {PATIENCE} s"
            part = os.read(self.reads, 1 << 20)
            assert part, "the browser has ended"
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(line))


@contextlib.contextmanager
def chromium(profile: Path) -> Iterator[Tab]:
    """A browser with one empty page, and nothing in its profile."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.fail("no Chromium: install it, such as by `apt-get install chromium`")
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    # Out of the way of 3 and 4, where the browser expects its ends.
    ends = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10) for fd in (theirs_in, theirs_out)]
    actions = [
        (os.POSIX_SPAWN_DUP2, ends[0], 3),
        (os.POSIX_SPAWN_DUP2, ends[1], 4),
        *((os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (1, 2)),
    ]
    command = [program, *_FLAGS, f"--user-data-dir={profile}"]
    pid = os.posix_spawn(program, command, os.environ, file_actions=actions, setsid=True)
    for end in (theirs_in, theirs_out, *ends):
        os.close(end)
    try:
        yield _tab(Tab(ours_out, ours_in))
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(ours_out)
        os.close(ours_in)


def _tab(browser: Tab) -> Tab:
    target = browser.call("Target.createTarget", url="about:blank")["targetId"]
    browser.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
        browser.call(f"{domain}.enable")
    return browser
