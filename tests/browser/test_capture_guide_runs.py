"""The JavaScript of docs/capture.md, run by a browser as it stands."""

import json

import pytest

from tests.factories import make_key, make_organisation
from tests.reference.test_capture_guide import program, said

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_javascript_sender_keeps_one_conversation_in_step_and_repeats_safely(
    live_server, open_browser
):
    _, key = make_key(make_organisation(), scope="capture")
    page = open_browser()
    page.goto("/sign-in/")

    page.evaluate(
        f"""async () => {{
            const process = {{ env: {{ SIFT_API_KEY: {json.dumps(key)} }} }};
            {program("javascript", "async function send", live_server.url)}
            await turn("user", "Hello");
            await turn("assistant", "Good morning!");
            await send(talk);
        }}"""
    )

    assert said() == [("user", "Hello"), ("assistant", "Good morning!")]
