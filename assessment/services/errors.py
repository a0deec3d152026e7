"""How a service refuses: what is wrong in the domain's words, to be shown beside what was typed."""


class DomainError(Exception):
    """Something asked for can't be done; `message` says why and what to do, `field` names the input, if one."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class NotFoundError(Exception):
    """There is no such thing, or it is not this person's: a stranger can't tell which."""


class StaleError(Exception):
    """What was sent is older than what is kept."""
