"""What the public verbs share: those that other systems call over XML-RPC and JSON-2."""

from functools import wraps


def in_users_language(verb):
    """Answer in the caller's own language. A web client names a language with each call; an integrator's script does
    not, and the one who reads its log is the user all the same."""

    @wraps(verb)
    def answer(self, *args, **kwargs):
        if not self.env.context.get("lang"):
            self = self.with_context(lang=self.env.user.lang)
        return verb(self, *args, **kwargs)

    return answer
