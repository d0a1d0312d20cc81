class RowByRow(Exception):
    """A table holds a mistake: Odoo's import tries the rows one by one then, and names the row that has it."""
