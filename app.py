"""The frame of the web: who is there, in which language, and which page the address names."""

import streamlit as st

from pages.ui import i18n
from pages.ui.frame import navigate
from pages.ui.session import current_user

st.set_page_config(page_title="Firstlight", layout="wide", initial_sidebar_state="collapsed")
user = current_user()
if user is not None:
    i18n.use(user.language)
navigate(user)
