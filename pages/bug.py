"""Why one bug hurts, and what it would take."""

import streamlit as st

from web.guard import guard

guard()

st.title("One bug")
