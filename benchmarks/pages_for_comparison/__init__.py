"""What the first page is measured against: the least that Streamlit can do, and the same elements with nothing behind them."""
