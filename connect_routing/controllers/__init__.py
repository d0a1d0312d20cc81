from . import metrics, session
