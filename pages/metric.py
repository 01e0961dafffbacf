"""One metric with everything a careful reader asks."""

import streamlit as st

from web.guard import guard

guard()

st.title("One metric")
