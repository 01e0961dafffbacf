"""Six metrics with small lines and a scrolling table of ten rows, all written here: what drawing alone costs."""

import streamlit as st

LINE = [3, 5, 4, 6, 8, 7, 9, 8, 7, 9, 11, 10, 12, 11, 13, 12, 14, 13, 12, 14, 15, 14, 16, 15, 17, 16]
ROWS = [
    {
        "Bug": f"Something breaks in case {number}",
        "Customers": 60 - 5 * number,
        "Pain": 200 - 15 * number,
        "Area": "Billing",
    }
    for number in range(10)
]

st.title("Ten bugs hurt 126 customers this month")
grid = st.grid(min_column_width=190, gap="small")
for name in ("CSAT", "NPS", "Effort", "Churn", "Repeat business", "Attrition"):
    with grid:
        st.metric(name, "90 %", "1.5", chart_data=LINE, chart_type="area", border=True)
st.dataframe(ROWS)
