"""Parts of pages: streamlit inputs that return values, and what surrounds every page."""
