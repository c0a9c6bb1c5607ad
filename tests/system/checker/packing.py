"""MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md), whole numbers and texts in their shortest form."""

import struct


class Broken(Exception):
    """Bytes that are not what somebody wrote."""


def unpack(data):
    try:
        value, end = _read(data, 0)
    except (IndexError, struct.error, UnicodeDecodeError) as why:
        raise Broken(f"is no MessagePack: {why}") from None
    if end != len(data):
        raise Broken(f"has {len(data) - end} bytes too many")
    return value


_NUMBERS = {0xcb: ">d", 0xca: ">f", 0xcc: ">B", 0xcd: ">H", 0xce: ">I", 0xcf: ">Q", 0xd0: ">b", 0xd1: ">h", 0xd2: ">i",
            0xd3: ">q"}
_SIZES = {0xc4: 1, 0xc5: 2, 0xc6: 4, 0xd9: 1, 0xda: 2, 0xdb: 4, 0xdc: 2, 0xdd: 4, 0xde: 2, 0xdf: 4}


def _read(data, at):
    tag = data[at]
    at += 1
    if tag < 0x80:
        return tag, at
    if tag >= 0xe0:
        return tag - 0x100, at
    if tag in (0xc0, 0xc2, 0xc3):
        return {0xc0: None, 0xc2: False, 0xc3: True}[tag], at
    if tag in _NUMBERS:
        size = struct.calcsize(_NUMBERS[tag])
        return struct.unpack(_NUMBERS[tag], data[at:at + size])[0], at + size
    if tag < 0x90:
        return _pairs(data, at, tag & 15)
    if tag < 0xa0:
        return _list(data, at, tag & 15)
    if tag < 0xc0:
        return _bytes(data, at, tag & 31).decode(), at + (tag & 31)
    if tag not in _SIZES:
        raise Broken(f"has the unknown tag {tag:#x}")
    size = int.from_bytes(data[at:at + _SIZES[tag]], "big")
    at += _SIZES[tag]
    if tag in (0xde, 0xdf):
        return _pairs(data, at, size)
    if tag in (0xdc, 0xdd):
        return _list(data, at, size)
    found = _bytes(data, at, size)
    return (found if tag < 0xd0 else found.decode()), at + size


def _bytes(data, at, size):
    if at + size > len(data):
        raise Broken("is cut short")
    return bytes(data[at:at + size])


def _list(data, at, size):
    found = []
    for _ in range(size):
        one, at = _read(data, at)
        found.append(one)
    return found, at


def _pairs(data, at, size):
    found = {}
    for _ in range(size):
        key, at = _read(data, at)
        found[key], at = _read(data, at)
    return found, at


def pack(value):
    out = bytearray()
    _write(out, value)
    return bytes(out)


def _head(out, size, short, most_short, *long):
    """`long`: the tags for sizes of 1, 2 and 4 bytes; None where there is none."""
    if size < most_short:
        out.append(short | size)
        return
    for tag, width in zip(long, (1, 2, 4)):
        if tag is not None and size < 1 << 8 * width:
            out.append(tag)
            out += size.to_bytes(width, "big")
            return


def _write(out, value):
    if value is None or isinstance(value, bool):
        out.append({None: 0xc0, False: 0xc2, True: 0xc3}[value])
    elif isinstance(value, int):
        _write_whole(out, value)
    elif isinstance(value, float):
        out.append(0xcb)
        out += struct.pack(">d", value)
    elif isinstance(value, str):
        text = value.encode()
        _head(out, len(text), 0xa0, 32, 0xd9, 0xda, 0xdb)
        out += text
    elif isinstance(value, bytes):
        _head(out, len(value), 0, 0, 0xc4, 0xc5, 0xc6)
        out += value
    elif isinstance(value, list):
        _head(out, len(value), 0x90, 16, None, 0xdc, 0xdd)
        for one in value:
            _write(out, one)
    else:
        _head(out, len(value), 0x80, 16, None, 0xde, 0xdf)
        for key, one in value.items():
            _write(out, key)
            _write(out, one)


def _write_whole(out, value):
    if -32 <= value < 128:
        out.append(value & 0xff)
        return
    tags, signed = ((0xcc, 0xcd, 0xce, 0xcf), False) if value >= 0 else ((0xd0, 0xd1, 0xd2, 0xd3), True)
    for tag, width in zip(tags, (1, 2, 4, 8)):
        try:
            written = value.to_bytes(width, "big", signed=signed)
        except OverflowError:
            continue
        out.append(tag)
        out += written
        return
