"""What each kind of user sees, one folder per role; nothing but this file lies directly here (Streamlit would run it unguarded)."""
