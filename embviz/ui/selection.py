"""Points that a person has selected in a picture. The browser tells them as a mask, a bit a point, in base64.

The picture holds the selection; what it told is kept here for as long as the picture stands and shows the same points.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

import streamlit as st


def hear(key: str, points: int, of: Any) -> Callable[[object], None]:
    """What takes the mask that the picture `key` of so many points tells; `of` says which points they are."""

    def on_change(sent: object) -> None:
        found = unpacked(sent, points)
        if found is not None:
            st.session_state[f"{key}:selected"] = (points, of, found)

    return on_change


def selected(key: str, points: int, of: Any) -> tuple[int, ...]:
    """The points that are selected in the picture `key`, which is drawn after this."""
    told = st.session_state.get(f"{key}:selected")
    if key in st.session_state and told and told[:2] == (points, of):
        return told[2]
    st.session_state.pop(f"{key}:selected", None)
    return ()


def unpacked(mask: object, points: int) -> tuple[int, ...] | None:
    """The points whose bits are set in a mask, the lowest of the first byte first; None if it is no mask of so many.

    An empty text is a mask of none.
    """
    if mask == "":
        return ()
    if not isinstance(mask, str) or len(mask) != 4 * -(-points // 24):
        return None
    try:
        data = base64.b64decode(mask, validate=True)
    except (binascii.Error, ValueError):
        return None
    bits = int.from_bytes(data, "little")
    if len(data) != -(-points // 8) or bits >> points:
        return None
    return tuple(8 * place + bit for place, byte in enumerate(data) if byte for bit in range(8) if byte >> bit & 1)
