"""Whether the numbers can be believed."""

import streamlit as st

from web.guard import guard

guard()

st.title("Data health")
