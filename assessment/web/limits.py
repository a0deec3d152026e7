"""How often a stranger may knock."""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address)

# Enough for a person who mistypes, too few for somebody who guesses.
KNOCKS = "10 per minute; 60 per hour"
OPENINGS = "120 per minute"
