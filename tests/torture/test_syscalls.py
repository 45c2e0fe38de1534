"""Traces are read as strace writes them."""

import pytest
from syscalls import Call, calls_in

WAL = r"\x2f\x61\x2d\x77\x61\x6c"
LINE = "TCP:[127.0.0.1:4->127.0.0.1:2]"


def read(*lines: str) -> list[Call]:
    return list(calls_in(lines))


def test_a_write_has_its_place_and_as_much_as_the_system_took():
    call = Call(name="pwrite64", on="/a-wal", octets=b"\x01\x02", at=4096)
    assert read(rf'4701  pwrite64(5<{WAL}>, "\x01\x02\x03", 3, 4096) = 2') == [call]
    assert read(rf'47011 pwrite64(5<{WAL}>, "\x01\x02", 2, 4096)     = 2') == [call]


def test_calls_come_in_the_order_in_which_they_ended():
    assert read(
        rf"7     recvfrom(9<{LINE}>,  <unfinished ...>",
        rf"8     fdatasync(5<{WAL}>)            = 0",
        r'7     <... recvfrom resumed>"\x33\x35\x34", 65536, 0, NULL, NULL) = 3',
    ) == [Call(name="fdatasync", on="/a-wal"), Call(name="recvfrom", on=LINE, octets=b"354")]


def test_the_pieces_of_a_message_are_put_together():
    pieces = r'[{iov_base="\x61", iov_len=1}, {iov_base="\x62\x63", iov_len=2}]'
    message = f"{{msg_name=NULL, msg_namelen=0, msg_iov={pieces}, msg_iovlen=2, msg_controllen=0, msg_flags=0}}"
    assert read(f"7 sendmsg(9<{LINE}>, {message}, 0) = 2") == [Call(name="sendmsg", on=LINE, octets=b"ab")]


def test_a_new_file_a_moved_one_and_one_that_is_gone_have_their_names():
    assert read(
        rf'7 openat(AT_FDCWD<\x2f>, "{WAL}", O_RDWR|O_CREAT|O_CLOEXEC, 0600) = 5<{WAL}>',
        rf'7 openat(AT_FDCWD<\x2f>, "{WAL}", O_RDONLY|O_CLOEXEC) = 6<{WAL}>',
        rf'7 rename("{WAL}", "\x2f\x62") = 0',
        r'7 unlink("\x2f\x62") = 0',
    ) == [
        Call(name="openat", on="/a-wal"),
        Call(name="rename", on="/a-wal", to="/b"),
        Call(name="unlink", on="/b"),
    ]


def test_what_failed_or_is_no_call_is_left_out():
    assert not read(
        f"7 recvfrom(9<{LINE}>, 0x7f8e40, 65536, 0, NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable)",
        "7 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=8, si_uid=0} ---",
        "7 fsync(5<pipe:[31]> <unfinished ...>) = ?",
        "7 +++ exited with 0 +++",
        rf'7 pwrite64(5<{WAL}>(deleted), "\x01", 1, 0) = 1',
    )


def test_a_trace_that_lacks_octets_is_no_proof():
    with pytest.raises(ValueError, match="not all octets"):
        read(rf'7 pwrite64(5<{WAL}>, "\x01"..., 3, 0) = 3')
