"""Where the pages about one thing lie, as Streamlit's main script (web/menu.py) sees them."""

METRIC = "../pages/metric.py"
BUG = "../pages/bug.py"
HEALTH = "../pages/customer_health.py"
