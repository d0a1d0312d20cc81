"""What is asked for in a ticket's form, by its type (LIN-55..58). One place for the form, the verb and the checks."""

PRIORITIES = [("normal", "Normal"), ("high", "High"), ("blocking", "Blocks the work")]
ORIGINS = [
    ("agent", "Specialist"),
    ("portal", "Form in the portal"),
    ("mail", "E-mail"),
    ("rule", "Rule"),
    ("api", "Integration"),
]

TITLE_LIMIT = 200  # characters
TEXT_LIMIT = 20_000  # characters of one field
FILES_LIMIT = 10
FILE_LIMIT = 12 * 1024 * 1024  # bytes; all of them in one request, which Odoo takes up to 128 MB

INCIDENT = (
    "incident_time",
    "description",
    "occurrence",
    "affected",
    "actions_taken",
    "versions",
    "other_info",
    "contact",
)
OTHER = ("situation", "actions_taken", "desired_result", "other_info")
FORMS = {"incident": INCIDENT}  # every other type: OTHER
MANDATORY = {
    "incident": ("incident_time", "description", "occurrence", "affected", "contact"),
}
MANDATORY_OTHER = ("situation", "desired_result")
DETAILS = tuple(dict.fromkeys((*INCIDENT, *OTHER)))


def form_of(code):
    """Names of the fields that the form of a type asks for, in their order."""
    return FORMS.get(code, OTHER)


def mandatory_of(code):
    """Those of them without which a form is not accepted."""
    return MANDATORY.get(code, MANDATORY_OTHER)
