"""A page that shows every hostile text in every place where our pages show text from outside; test_letter_for_letter.py reads it."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from display import blocks, tables
from display.escape import in_chart, plain
from reporting.letters import tidy
from tests.web.hostile import HOSTILE

LONGEST = 100_000
BETWEEN = " ¦ "
ALL = BETWEEN.join(plain(text) for text in HOSTILE)

st.set_page_config(page_title=tidy(BETWEEN.join(HOSTILE), LONGEST), layout="wide")

# One element for each text.
with st.container(key="markdown"):
    for text in HOSTILE:
        st.markdown(plain(text))
with st.container(key="title"):
    for text in HOSTILE:
        st.title(plain(text), anchor=False)
with st.container(key="metric"):
    for text in HOSTILE:
        st.metric(plain(text), plain(text), plain(text), delta_description=plain(text))
with st.container(key="page_link"):
    for n, text in enumerate(HOSTILE):
        st.page_link("https://tracker.example/", label=plain(text), query_params={"n": str(n)})
with st.container(key="facts"):
    blocks.show(tables.facts("facts", [("name", text) for text in HOSTILE]))
with st.container(key="table"):
    st.table({plain(text): [plain(text)] for text in HOSTILE}, hide_index=True)

# All texts in one element.
with st.container(key="list"):
    st.markdown("\n".join(f"- {plain(text)}" for text in HOSTILE))
with st.container(key="badge"):
    st.markdown(BETWEEN.join(f":gray-badge[{plain(text)}]" for text in HOSTILE))
with st.container(key="gray"):
    st.markdown(f":gray[{ALL}]")
with st.container(key="bold"):
    st.markdown(BETWEEN.join(f"**{plain(text)}**" for text in HOSTILE))
with st.container(key="write"):
    st.write(ALL)
with st.container(key="caption"):
    st.caption(ALL)
with st.container(key="header"):
    st.header(ALL, anchor=False)
with st.container(key="warning"):
    st.warning(ALL)
with st.container(key="error"):
    st.error(ALL)
with st.container(key="expander"), st.expander(ALL):
    st.markdown("inside")
with st.container(key="link_button"):
    st.link_button(ALL, "https://tracker.example/")
with st.container(key="download_button"):
    st.download_button(ALL, b"x", file_name="x.csv")
with st.container(key="segmented_control"):
    st.segmented_control(ALL, ["one", "two"])
with st.container(key="help"):
    st.metric("helped", "1", help=ALL)
with st.container(key="code"):
    st.code(tidy(BETWEEN.join(HOSTILE), LONGEST), language=None)
with st.container(key="chart"):
    drawn = go.Figure()
    drawn.add_bar(x=list(range(len(HOSTILE))), y=[1] * len(HOSTILE))
    shown = [f"{n} {in_chart(text)}" for n, text in enumerate(HOSTILE)]
    drawn.update_layout(
        xaxis={"tickvals": list(range(len(HOSTILE))), "ticktext": shown}, title=in_chart(HOSTILE[0]), height=900
    )
    st.plotly_chart(drawn, config={"displayModeBar": False}, alt=tidy(BETWEEN.join(HOSTILE), LONGEST))
