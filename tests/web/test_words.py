"""How pages say things."""

import pytest
from flask import Flask, render_template_string

from assessment.web import words


@pytest.mark.parametrize(
    ("straight", "printed"),
    [
        ("Say 'I have to leave.' and go.", "Say ‘I have to leave.’ and go."),
        ("'No,' she says", "‘No,’ she says"),
        ("the customer's bag, the customers' bags", "the customer’s bag, the customers’ bags"),
        ("don't ('now')", "don’t (‘now’)"),
        ('"Stay," he says', "“Stay,” he says"),
        ("Ask: 'Shall I call 'Ann's' now?'", "Ask: ‘Shall I call ‘Ann’s’ now?’"),
        ("already “printed” ‘so’", "already “printed” ‘so’"),
    ],
)
def test_straight_quotes_are_printed_as_typographic_ones(straight: str, printed: str) -> None:
    assert words.typographic(straight) == printed


def test_what_has_printed_quotes_is_still_escaped(app: Flask) -> None:
    with app.test_request_context():
        page = render_template_string("{{ text|typographic }}", text="<b>'x'</b> & \"y\"")
    assert page == "&lt;b&gt;’x’&lt;/b&gt; &amp; “y”"
