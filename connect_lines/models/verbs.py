"""What the public verbs share, and whatever else is done in superuser mode for somebody.

A call from outside brings a context along. It may name default values of any field and switches of any model; where
the system writes in the caller's stead, none of that is his to say.
"""

from functools import wraps

KEPT = frozenset({"lang", "tz", "allowed_company_ids"})


def trusted(records):
    """The records with no more of the caller's context than his language, time zone and companies."""
    kept = {name: value for name, value in records.env.context.items() if name in KEPT}
    return records.with_context(kept)  # pylint: disable=context-overridden


def in_users_language(verb):
    """A verb that other systems call over XML-RPC and JSON-2: in a trusted context, and in the caller's own language.
    A web client names a language with each call; an integrator's script does not, and the one who reads its log is the
    user all the same."""

    @wraps(verb)
    def answer(self, *args, **kwargs):
        self = trusted(self)
        if not self.env.context.get("lang"):
            self = self.with_context(lang=self.env.user.lang)
        return verb(self, *args, **kwargs)

    return answer
