"""Answers cut into pieces at every place: what is read must not hang on how the network cuts them."""

from __future__ import annotations

import pytest

from crawler.answers import Answer, NotHttp

HEAD = b"HTTP/1.1 200 OK\r\nServer: x\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def read(data: bytes, cut: int, largest: int = 1000) -> Answer:
    answer = Answer(largest)
    for piece in (data[:cut], data[cut:]):
        answer.feed(piece)
    return answer


@pytest.mark.parametrize(
    ("data", "body", "keeps_open"),
    [
        (HEAD + b"Content-Length: 5\r\n\r\nhello", b"hello", True),
        (HEAD + b"Content-Length: 5\r\nConnection: Close\r\n\r\nhello", b"hello", False),
        (HEAD.replace(b"1.1", b"1.0") + b"Content-Length: 2\r\n\r\nok", b"ok", False),
        (HEAD + b"Content-Length: 0\r\n\r\n", b"", True),
        (HEAD.replace(b"200 OK", b"304 Not Modified") + b"Content-Length: 7\r\n\r\n", b"", True),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + b"Content-Length: 1\r\n\r\nx", b"x", True),
        (CHUNKED + b"5\r\nhello\r\n3;a=b\r\n wo\r\n0\r\n\r\n", b"hello wo", True),
        (CHUNKED + b"1\nx\n0\nTrailer: y\n\n", b"x", True),
        (CHUNKED + b"A\r\n0\r\n\r\n12345\r\n0\r\n\r\n", b"0\r\n\r\n12345", True),
        (HEAD + b"Content-Length: 5\r\n\r\nhello and more", b"hello", False),
    ],
)
def test_an_answer_is_read_alike_however_it_is_cut(data: bytes, body: bytes, keeps_open: bool) -> None:
    for cut in range(len(data)):
        answer = read(data, cut)
        assert (answer.done, answer.body, answer.truncated) == (True, body, None), cut
        assert answer.keeps_open == keeps_open, cut
        assert data[data.rindex(b"HTTP/1.") :].startswith(answer.head) and answer.head.endswith(b"\n\r\n")


def test_a_body_of_no_declared_length_is_whole_when_the_connection_was_closed_cleanly() -> None:
    for cleanly, truncated in ((True, None), (False, "disconnect")):
        answer = read(HEAD + b"\r\nas long as it goes", 30)
        assert not answer.done
        answer.closed(cleanly)
        assert (answer.done, answer.body, answer.truncated) == (True, b"as long as it goes", truncated)


@pytest.mark.parametrize("rest", [b"Content-Length: 9\r\n\r\nhello", b"Transfer-Encoding: chunked\r\n\r\n9\r\nhello"])
def test_what_came_of_a_cut_body_is_kept_and_said(rest: bytes) -> None:
    answer = read(HEAD + rest, 10)
    answer.closed(cleanly=True)
    assert (answer.body, answer.truncated, answer.keeps_open) == (b"hello", "disconnect", False)


def test_a_chunk_of_no_readable_size_ends_the_body() -> None:
    for size in (b"nonsense", b"-5", b"x" * 9000):
        answer = read(CHUNKED + b"2\r\nok\r\n" + size + b"\r\nhello\r\n", 70)
        assert (answer.body, answer.truncated) == (b"ok", "disconnect")


@pytest.mark.parametrize("rest", [b"Content-Length: 9\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n9\r\n", b"\r\n"])
def test_no_more_is_kept_than_wanted(rest: bytes) -> None:
    answer = read(HEAD + rest + b"123456789", 40, largest=4)
    assert (answer.body, answer.truncated, answer.keeps_open) == (b"1234", "length", False)


def test_what_is_no_http_is_told_by_what_came() -> None:
    with pytest.raises(NotHttp, match=r"SSH-2\.0"):
        read(b"SSH-2.0-OpenSSH_9.6\r\n\r\n", 5)
    with pytest.raises(NotHttp, match="within the head"):
        read(b"HTTP/1.1 200 OK\r\nServer", 3).closed(cleanly=True)
    with pytest.raises(NotHttp, match="before the head"):
        Answer(10).closed(cleanly=True)
    with pytest.raises(NotHttp, match="a head of more than"):
        read(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000, 5)


def test_interim_answers_without_end_are_passed_over_one_by_one() -> None:
    answer = read(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 9000 + HEAD + b"Content-Length: 1\r\n\r\nx", 100_000)
    assert (answer.done, answer.body) == (True, b"x")
