from . import application, portal, portal_ticket, session, statement
