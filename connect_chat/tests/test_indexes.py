"""What is deleted is looked for in every table that refers to it: by an index, where the table grows."""

from odoo.tests import TransactionCase, tagged

# few rows, or rows that live for a moment
SMALL = {
    "connect_account", "connect_agent", "connect_application", "connect_contact", "connect_inbound_scheme",
    "connect_inbound_step", "connect_line", "connect_outbound_limit", "connect_replay", "connect_replay_member",
    "connect_skill", "connect_statement", "connect_ticket_merge", "connect_ticket_policy", "connect_ticket_rule",
    "connect_unsettled",
}  # fmt: skip
# never deleted, or a few times in the life of an installation; accounts are archived
LASTING = {
    "connect_decision", "connect_event", "connect_request", "connect_status", "connect_ticket_stage",
    "connect_ticket_type", "res_company", "res_currency", "res_users",
}  # fmt: skip
# each message would pay for an index; who has said something is archived, not deleted
HOT = {("connect_feed_item", "author_id"), ("connect_feed_item", "channel_id")}


@tagged("post_install", "-at_install")
class TestIndexes(TransactionCase):
    def test_foreign_keys(self):
        """Every column of ours that refers to rows which may go, in a table that grows, has an index."""
        self.env.cr.execute(
            """SELECT t.relname, a.attname, c.confrelid::regclass::text
                 FROM pg_constraint c
                 JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
                 JOIN pg_class t ON t.oid = c.conrelid
                WHERE c.contype = 'f' AND (t.relname LIKE 'connect\\_%' OR a.attname LIKE 'connect\\_%')
                  AND NOT EXISTS (
                      SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = a.attnum
                         AND (i.indpred IS NULL
                              OR pg_get_expr(i.indpred, i.indrelid) = format('(%I IS NOT NULL)', a.attname)))"""
        )
        found = self.env.cr.fetchall()
        self.assertIn(("connect_decision", "actor_id", "res_users"), found, "it sees what has no index")
        missing = [
            f"{table}.{column} -> {target}"
            for table, column, target in found
            if table not in SMALL and target not in LASTING and (table, column) not in HOT
        ]
        self.assertFalse(missing, "columns without an index")
