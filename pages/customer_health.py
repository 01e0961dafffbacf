"""How customers are doing."""

import streamlit as st

from web.guard import guard

guard()

st.title("Customer health")
