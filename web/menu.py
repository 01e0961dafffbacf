"""What is around every page: the title in the browser and the menu. Streamlit's main script.

It lies here and not beside pages/ because Streamlit's old page discovery would otherwise run pages/x.py on a deep link
without this frame (DESIGN 1).
"""

from __future__ import annotations

import streamlit as st

from display import frame
from web.pages import PAGES

page = st.navigation(
    [
        st.Page(
            entry.path,
            title=entry.title,
            url_path=entry.url_path or None,
            default=not entry.url_path,
            visibility="visible" if entry.in_menu else "hidden",
        )
        for entry in PAGES
    ],
    position="top",
)
# No page_icon and no icon= anywhere: Streamlit would fetch the picture from another company's server. app.py serves ours.
st.set_page_config(page_title=f"{page.title} · Empathy", layout="wide", initial_sidebar_state="auto")
frame.look()
page.run()
