"""What the browser tests of all lessons do: sizes of windows, what must not happen, waiting for the address."""

import io
import time

import numpy as np
from PIL import Image  # comes with streamlit

SIZES = {"wide": {"width": 1280, "height": 720}, "phone": {"width": 390, "height": 844, "has_touch": True}}
LOOKS = (("wide", "light"), ("phone", "dark"))  # each size and each theme once

# How many pixels the page could be scrolled sideways.
SIDEWAYS = """() => Math.max(document.documentElement.scrollWidth - innerWidth,
  ...[...document.querySelectorAll('[data-testid="stMain"]')].map((e) => e.scrollWidth - e.clientWidth))"""

# From now on `window.sent` counts the messages to the server.
COUNT_SENT = """() => { window.sent = 0; const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (...a) { window.sent += 1; return send.apply(this, a); }; }"""

# For `add_init_script`: what the server says arrives `window.late` ms after it came.
SLOW_LINE = """window.WebSocket = class extends WebSocket {
  addEventListener(type, hear, ...more) {
    super.addEventListener(type, type === "message" ? (event) => setTimeout(hear, window.late ?? 0, event) : hear, ...more);
  }
  set onmessage(hear) { this.addEventListener("message", hear); }
};"""


def wait_url(page, *parts):
    """Wait until all `parts` stand in the address."""
    page.wait_for_function("parts => parts.every((part) => location.href.includes(part))", arg=parts, timeout=15_000)


def expect_same_picture(place, png, *, shades=4, seconds=10, **clip):
    """Wait until `place`, a locator or page, looks as in the screenshot `png`, each pixel to so many of 255 shades."""
    wanted, until = _pixels(png), time.monotonic() + seconds
    while True:
        shown = _pixels(place.screenshot(**clip))
        assert shown.shape == wanted.shape
        apart = abs(shown - wanted).max()
        if apart <= shades or time.monotonic() > until:
            assert apart <= shades
            return


def _pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
