"""What an e-mail address looks like in a form."""

from wtforms.validators import Regexp

from assessment.services.inviting import ADDRESS

an_address = Regexp(rf"\s*{ADDRESS.pattern}\s*\Z", message="Write an address like name@example.org.")
