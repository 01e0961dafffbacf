"""The menu of the pages for comparison."""

import streamlit as st

page = st.navigation(
    [
        st.Page("bare.py", title="Bare", default=True),
        st.Page("hard_coded.py", title="Hard-coded", url_path="hard-coded"),
    ],
    position="top",
)
st.set_page_config(page_title=page.title, layout="wide")
page.run()
