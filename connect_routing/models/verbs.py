from odoo.addons.connect_lines.models.verbs import in_users_language, trusted

__all__ = ["in_users_language", "trusted"]
