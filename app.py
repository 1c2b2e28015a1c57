"""embviz: the app. `streamlit run app.py`"""

import streamlit as st

from embviz.lessons import SECTIONS
from embviz.ui import frame, warm
from embviz.ui.text import text

st.set_page_config(page_title="embviz", page_icon="assets/icon.png", layout="wide")
home = st.Page("pages/home.py", title="embviz", default=True)


def pages(lessons):
    return [st.Page(frame.page(x.slug), title=text(x.slug, "title"), url_path=x.slug) for x in lessons]


page = st.navigation({"": [home]} | {name: pages(part) for name, part in SECTIONS.items()}, position="top")
frame.begin()
warm.start(delay=2.0 if page == home else 0.0)
page.run()
