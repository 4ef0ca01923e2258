from email import message_from_bytes, policy
from uuid import UUID

from campaigns.content.quoted import encode
from delivery.wire import mime


def test_both_parts_are_read_back_by_a_mail_reader():
    mark = mime.boundary(UUID(int=7))
    text, html = encode("Grüße, Ada\n"), encode("<p>Grüße, Ada</p>")
    body = mime.alternative(text, html, boundary=mark)
    raw = f"MIME-Version: 1.0\r\nContent-Type: {mime.content_type(mark)}\r\n\r\n".encode() + body
    parts = message_from_bytes(raw, policy=policy.default).get_payload()
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert [part.get_content().strip() for part in parts] == ["Grüße, Ada", "<p>Grüße, Ada</p>"]
