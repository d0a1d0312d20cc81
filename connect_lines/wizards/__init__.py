from . import base_import_import
from . import connect_account
from . import connect_connect_wizard
from . import connect_partner_wizard
from . import connect_statement_wizard
from . import connect_ticket_merge
