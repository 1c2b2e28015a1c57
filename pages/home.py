"""What embviz is, a live miniature of the pipeline, and the lessons along the path of a token."""

import streamlit as st

from embviz.lessons import LESSONS, SECTIONS, pipeline
from embviz.ui import cached, components, frame
from embviz.ui.text import text

frame.through_app()
with st.container(key="home"):
    words, miniature = st.columns([380, 836], gap=36, vertical_alignment="center")
    with words:
        st.title(text("home", "headline"), anchor=False)
        st.markdown(text("home", "lead"))
        st.page_link(frame.page("pipeline"), label=text("home", "start"))
    with miniature:
        first = cached.pipeline(pipeline.TEXT.default, pipeline.MODEL.default, None)
        components.pipeline_miniature(first, key="home_picture")

st.header(text("home", "map"), anchor=False)
for section, lessons in SECTIONS.items():
    with st.container(key=f"map_{section.lower().replace(' ', '_')}"):
        st.subheader(section, anchor=False)
        for lesson in lessons:
            number = text("frame", "lesson", number=LESSONS.index(lesson) + 1)
            st.page_link(frame.page(lesson.slug), label=f":gray[{number}] **{text(lesson.slug, 'question')}**")
            st.markdown(text(lesson.slug, "summary"))
frame.footer()
