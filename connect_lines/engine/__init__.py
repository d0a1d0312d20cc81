"""The arithmetic of payments as plain typed Python. Nothing here knows Odoo or a database."""

from .statement import Group, Span, charge, charged_days, group_accounts, month_of

__all__ = ["Group", "Span", "charge", "charged_days", "group_accounts", "month_of"]
