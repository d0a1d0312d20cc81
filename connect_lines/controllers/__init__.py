from . import application, portal, session
