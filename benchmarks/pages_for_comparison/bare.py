"""One metric: the least that a page can be."""

import streamlit as st

st.title("Bare")
st.metric("Customers", "400", "12")
