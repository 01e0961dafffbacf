"""Which page an address opens, and what stands around it. Streamlit's main script.

It lies here and not beside pages/ because Streamlit's old page discovery would otherwise run pages/x.py on a deep link
without this frame (DESIGN 1).
"""

from __future__ import annotations

import streamlit as st

from display import frame
from web.pages import PAGES, around

# Our own menu is part of the block above each page: Streamlit's becomes a drawer on a phone.
page = st.navigation(
    [
        st.Page(entry.path, title=entry.title, url_path=entry.url_path or None, default=not entry.url_path)
        for entry in PAGES
    ],
    position="hidden",
)
# No page_icon and no icon= anywhere: Streamlit would fetch the picture from another company's server. app.py serves ours.
st.set_page_config(page_title=page.title, layout="wide", initial_sidebar_state="collapsed")
frame.AROUND.set(around(page.url_path))
page.run()
