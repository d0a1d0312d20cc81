from . import application, portal, session, statement
