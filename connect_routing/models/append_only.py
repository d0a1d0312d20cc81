"""Tables that only grow: the database refuses to change or delete a row, whoever asks, the ORM's superuser included."""

from odoo.tools import SQL


def forbid_changes(cr, table, allowed_update="FALSE"):
    """Install the guard on ``table``; ``allowed_update`` over OLD and NEW says which UPDATE passes."""
    function = SQL.identifier(f"{table}_append_only")
    cr.execute(
        SQL(
            """
            CREATE OR REPLACE FUNCTION %(function)s() RETURNS trigger LANGUAGE plpgsql AS $guard$
            BEGIN
                IF TG_OP = 'UPDATE' AND (%(allowed)s) THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION '%(table)s is append-only: a row is never changed or deleted';
            END $guard$;
            DROP TRIGGER IF EXISTS %(function)s ON %(table)s;
            CREATE TRIGGER %(function)s BEFORE UPDATE OR DELETE ON %(table)s
                FOR EACH ROW EXECUTE FUNCTION %(function)s();
            """,
            function=function,
            table=SQL.identifier(table),
            allowed=SQL(allowed_update),
        )
    )
