"""What hurts customers most right now."""

import streamlit as st

from web.guard import guard

guard()

st.title("What's hurting now")
