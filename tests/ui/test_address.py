"""The address of the page: what a hand moved stands there, though the browser may say so late."""

from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from embviz.ui import address


def script():
    import streamlit as st

    from embviz.ui import address

    def write(text):
        address.write("x", text)

    address.begin()
    for text in ("4", "7", None):
        st.button(str(text), on_click=write, args=(text,))
    st.markdown(str(address.read("x")))


@pytest.fixture
def app():
    return AppTest.from_function(script, default_timeout=30).run()


def said(app, text=...):
    """What stands in the address after a run; `text` is what the browser's message had there."""
    if text is not ...:
        app.query_params.clear()
        if text is not None:
            app.query_params["x"] = text
        app.run()
    assert not app.exception
    shown = app.markdown[0].value
    assert app.query_params.get("x", [None])[0] == (None if shown == "None" else shown)
    return shown


def press(app, label):
    next(button for button in app.button if button.label == label).click().run()
    return said(app)


def test_what_was_written_is_read(app):
    assert said(app) == "None"
    assert press(app, "4") == "4"
    assert press(app, "None") == "None"
    assert said(app, "5") == "5"


def test_a_late_address_does_not_undo_it(app):
    assert press(app, "4") == "4"
    assert said(app, None) == "4"
    assert press(app, "7") == "7"
    assert [said(app, late) for late in (None, "4", None, "7", "4")] == ["7"] * 5


def test_a_late_address_does_not_undo_a_return(app):
    assert press(app, "4") == "4"
    app.query_params.clear()  # the browser has not heard of 4 when the next click comes
    assert press(app, "None") == "None"
    assert said(app, "4") == "None"


def test_another_address_is_taken_at_once(app):
    press(app, "4")
    assert said(app, "5") == "5"
    assert said(app, None) == "None"  # and 4 no longer holds


def test_only_so_long_can_an_address_be_late(app, monkeypatch):
    press(app, "4")
    now = address.time.monotonic()
    monkeypatch.setattr(address.time, "monotonic", lambda: now + address.LATE)
    assert said(app, None) == "None"


def test_each_value_is_late_for_so_long_and_then_forgotten(app, monkeypatch):
    press(app, "4")
    now = address.time.monotonic()
    monkeypatch.setattr(address.time, "monotonic", lambda: now + address.LATE)
    press(app, "7")
    assert [said(app, late) for late in ("4", None)] == ["7", "None"]  # 4 was replaced just now, nothing long ago


def test_going_back_in_history_is_meant(app, monkeypatch):
    press(app, "4")
    monkeypatch.setattr(address, "_navigated", lambda: True)
    assert said(app, None) == "None"
    monkeypatch.undo()
    assert said(app, None) == "None"


def test_it_ends_with_the_page(app, monkeypatch):
    press(app, "4")
    monkeypatch.setattr(
        address, "get_script_run_ctx", lambda: SimpleNamespace(page_script_hash="another", is_history_navigation=False)
    )
    assert said(app, None) == "None"
