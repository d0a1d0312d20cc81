"""The bridge between Odoo and an Asterisk: plain Python that knows nothing of Odoo.

``call.py`` holds the rules of a call as a state machine without any input or output, ``ari.py`` and ``ami.py`` speak
Asterisk's two interfaces, ``runner.py`` lets the one drive the other, ``settings.py`` configures an Asterisk. What the
bridge asks Odoo for is the protocol ``Office``; the Odoo command ``odoo voip`` (../cli) brings one.
"""
