"""What the browser tests of all lessons do: sizes of windows, what must not happen, waiting for the address."""

SIZES = {"wide": {"width": 1280, "height": 720}, "phone": {"width": 390, "height": 844, "has_touch": True}}

# How many pixels the page could be scrolled sideways.
SIDEWAYS = """() => Math.max(document.documentElement.scrollWidth - innerWidth,
  ...[...document.querySelectorAll('[data-testid="stMain"]')].map((e) => e.scrollWidth - e.clientWidth))"""

# From now on `window.sent` counts the messages to the server.
COUNT_SENT = """() => { window.sent = 0; const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (...a) { window.sent += 1; return send.apply(this, a); }; }"""


def wait_url(page, part):
    """Wait until `part` stands in the address."""
    page.wait_for_function("part => location.href.includes(part)", arg=part, timeout=15_000)
