#!/usr/bin/env python3
"""Checks an evidence export without the service that made it: `python verifier.py export.zip`.

One file, Python 3.11 and its standard library only. It prints one line that says what holds, or which event
or checkpoint fails; exit code 0 or 1. Options:

  --against FILE   a checkpoint that was kept elsewhere: the export must continue what it says
  --key KEY        the verifier key that you know to be the service's; without it, the export's own is used

Ed25519: RFC 8032. Tree: RFC 6962 and 9162. Checkpoints: C2SP tlog-checkpoint and signed-note.
"""

import argparse
import base64
import hashlib
import json
import re
import sys
import zipfile
import zlib

FORMAT = "sealpost-evidence-2"
DISPOSAL, ORDERED = "sealpost-disposal-1", "audit.disposal_ordered"
LONGEST_LINE, LONGEST_NOTE, LARGEST_MANIFEST, MOST_FILES = 16_000_000, 10_000, 1_000_000, 20
NAME = "[!-*,-~]{1,200}"
BODY = re.compile(rf"({NAME})\n(0|[1-9][0-9]{{0,15}})\n([A-Za-z0-9+/]{{43}}=)\n\Z")
SIGNATURE = re.compile(rf"\u2014 ({NAME}) ([A-Za-z0-9+/=]{{1,400}})\Z")
DAMAGED = (
    ArithmeticError, AttributeError, EOFError, LookupError, MemoryError, OSError, RuntimeError, TypeError,
    ValueError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


class Failed(Exception):
    """The sentence says what does not hold."""


def require(holds: bool, sentence: str) -> None:
    if not holds:
        raise Failed(sentence)


# Ed25519 (RFC 8032 5.1), verification only. Points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


def _add(one: Point, two: Point) -> Point:
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % P, (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar: int, point: Point) -> Point:
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point, scalar = _add(point, point), scalar >> 1
    return result


def _point(encoded: bytes) -> Point:
    """Decoding of 5.1.3. Raises ValueError for what encodes no point."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise ValueError("not a point of the curve")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = _point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def signature_is_good(public: bytes, message: bytes, signature: bytes) -> bool:
    if len(public) != 32 or len(signature) != 64:
        return False
    try:
        key, commitment = _point(public), _point(signature[:32])
    except ValueError:
        return False
    scalar = int.from_bytes(signature[32:], "little")
    if scalar >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(digest, "little") % ORDER
    left, right = _times(scalar, BASE), _add(commitment, _times(challenge, key))
    same_x = (left[0] * right[2] - right[0] * left[2]) % P == 0
    return same_x and (left[1] * right[2] - right[1] * left[2]) % P == 0


class Tree:
    """The roots of the complete subtrees of the leaves so far (RFC 6962 2.1)."""

    def __init__(self, size: int = 0, frontier: tuple[bytes, ...] = ()) -> None:
        self.size, self.frontier = size, list(frontier)

    def append(self, leaf: bytes) -> None:
        place = self.size
        while place & 1:
            leaf = hashlib.sha256(b"\x01" + self.frontier.pop() + leaf).digest()
            place >>= 1
        self.frontier.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        root = self.frontier[-1] if self.frontier else hashlib.sha256(b"").digest()
        for subtree in reversed(self.frontier[:-1]):
            root = hashlib.sha256(b"\x01" + subtree + root).digest()
        return root


class Checkpoint:
    """A note that somebody signed. Raises Failed if it is none."""

    def __init__(self, note: str, called: str) -> None:
        body, _, signatures = note.partition("\n\n")
        self.body, self.called = body + "\n", called
        match = BODY.match(self.body)
        require(len(note) <= LONGEST_NOTE and match is not None, f"{called} is no checkpoint")
        assert match  # noqa: S101 - for the type checker
        self.origin, self.size = match[1], int(match[2])
        self.root = decoded(match[3])
        require(note.endswith("\n"), f"{called} is cut off")
        self.signatures = [SIGNATURE.match(line) for line in signatures[:-1].split("\n")]
        require(all(self.signatures), f"{called} has a malformed signature line")

    def require_signed_by(self, key: str) -> None:
        public = public_of(key, self.origin)
        wanted = bytes.fromhex(key.split("+")[1])
        for line in self.signatures:
            value = decoded(line[2]) if line and line[1] == self.origin else b""
            if value[:4] == wanted and signature_is_good(public, self.body.encode(), value[4:]):
                return
        raise Failed(f"{self.called} has no good signature by the key {key.split('+')[1]}")


def decoded(text: str) -> bytes:
    value = base64.b64decode(text, validate=True)
    require(base64.b64encode(value).decode() == text, "base64 has more than one form")
    return value


def public_of(key: str, origin: str) -> bytes:
    """The public key in a verifier key `name+id+key`, which must be for this origin."""
    parts = key.split("+", 2)
    require(len(parts) == 3 and parts[0] == origin, f"the key is not for {origin}")
    typed = decoded(parts[2])
    known = hashlib.sha256(f"{origin}\n".encode() + typed).digest()[:4].hex()
    require(len(typed) == 33 and typed[:1] == b"\x01" and parts[1] == known, "the key is malformed")
    return typed[1:]


class Order:
    """An order of two people that the service signed: these events go. Raises Failed if it is none."""

    def __init__(self, event: dict[str, object], leaf: bytes, tenant: str, keys: list[str]) -> None:
        called, seq = f"the order of disposal at place {event['seq']}", int(str(event["seq"]))
        check_event(event, leaf, tenant)
        facts = json.loads(str(event["leaf"]))
        require(facts["action"] == ORDERED, f"{called} is another event")
        text, signature = str(facts["order"]), decoded(str(facts["signature"]))
        public = [public_of(key, key.split("+")[0]) for key in keys]
        good = any(signature_is_good(key, text.encode(), signature) for key in public)
        require(good, f"{called} is not signed by the service")
        said = json.loads(text)
        known = said["format"] == DISPOSAL and said["tenant"] == tenant
        require(known, f"{called} is of another tree")
        one, two = said["granted_by"], said["asked_by"]
        require(one["id"] != two["id"], f"{called} is by one person alone")
        self.first, self.end, self.gone = int(said["first"]), int(said["end"]), 0
        require(
            0 <= self.first < self.end <= seq,
            f"{called} is about other events than those before it",
        )
        names = [" ".join(str(who["name"]).split()) for who in (one, two)]
        self.people = f"{names[0]}, asked for by {names[1]}"


def passed(orders: list[Order], place: int, end: int) -> int:
    """`end`, if every event from `place` on was disposed of; raises Failed for the first that was not."""
    while place < end:
        order = next((each for each in orders if each.first <= place < each.end), None)
        require(order is not None, f"event {place} is missing")
        assert order  # noqa: S101 - for the type checker
        next_place = min(order.end, end)
        order.gone += next_place - place
        place = next_place
    return place


class Export:
    """An opened export whose manifest is signed and whose files are those of the manifest."""

    def __init__(self, archive: zipfile.ZipFile, key: str | None) -> None:
        self.archive = archive
        names = archive.namelist()
        require(len(names) <= MOST_FILES and len(set(names)) == len(names), "the zip has odd files")
        text = self.read("manifest.json", LARGEST_MANIFEST)
        self.manifest = json.loads(text)
        require(self.manifest["format"] == FORMAT, "this verifier does not know the format")
        self.origin, self.size = str(self.manifest["origin"]), int(self.manifest["size"])
        self.start = int(self.manifest["start"])
        self.frontier = tuple(bytes.fromhex(root) for root in self.manifest["frontier"])
        fits = len(self.frontier) == self.start.bit_count() and 0 <= self.start <= self.size
        require(fits and all(len(root) == 32 for root in self.frontier), "the start is malformed")
        self.key = key or str(self.manifest["key"])
        signature = decoded(self.read("manifest.sig", 200).decode().removesuffix("\n"))
        good = signature_is_good(public_of(self.key, self.origin), text, signature)
        require(good, f"the manifest is not signed by the key {self.key.split('+')[1]}")
        files = self.manifest["files"]
        require(
            {*files, "manifest.json", "manifest.sig"} == set(names), "files were put in or left out"
        )
        for name, digest in files.items():
            require(self.digest(name) == digest, f"{name} is not the file that was exported")

    def read(self, name: str, most: int) -> bytes:
        with self.archive.open(name) as file:
            content = file.read(most + 1)
        require(len(content) <= most, f"{name} is too large")
        return content

    def digest(self, name: str) -> str:
        with self.archive.open(name) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]

    def lines(self, name: str):  # type: ignore[no-untyped-def]
        with self.archive.open(name) as file:
            while line := file.readline(LONGEST_LINE):
                require(line.endswith(b"\n"), f"{name} has an endless line")
                yield line[:-1]

    def checkpoints(self) -> list[Checkpoint]:
        """Oldest first, each with its signature checked."""
        found = []
        for line in self.lines("checkpoints.jsonl"):
            kept = json.loads(line)
            checkpoint = Checkpoint(kept["note"], f"the checkpoint of size {kept['size']}")
            require(checkpoint.origin == self.origin, f"{checkpoint.called} is of another tree")
            checkpoint.require_signed_by(str(kept["key"]))
            found.append(checkpoint)
        return sorted(found, key=lambda checkpoint: checkpoint.size)

    def anchors(self) -> list[Checkpoint]:
        """What the service says that it sent outside; who has it can hold it against this."""
        kept = [json.loads(line) for line in self.lines("anchors.jsonl")]
        return [Checkpoint(each["note"], f"the anchor of {each['at']}") for each in kept]

    def orders(self, leaves: list[bytes]) -> list[Order]:
        """Why events may be missing: who let them go. Each is in the tree itself."""
        found = []
        if "orders.jsonl" in self.manifest["files"]:
            for line in self.lines("orders.jsonl"):
                event = json.loads(line)
                seq, tenant = int(event["seq"]), str(self.manifest["tenant"])
                require(self.start <= seq < self.size, "an order of disposal has no place")
                leaf = leaves[seq - self.start]
                found.append(Order(event, leaf, tenant, self.manifest["keys"]))
        return found

    def leaves(self) -> list[bytes]:
        """Those from the start of this file on."""
        found = [bytes.fromhex(line.decode()) for line in self.lines("leaves.txt")]
        require(
            all(len(leaf) == 32 for leaf in found), "leaves.txt holds something else than hashes"
        )
        holds = self.start + len(found)
        require(holds == self.size, f"the tree should hold {self.size} events and holds {holds}")
        return found


def check_events(export: Export, leaves: list[bytes], orders: list[Order]) -> int:
    """Raises Failed for the first event that is not as it was. Returns how many details were opened."""
    expected, end, opened = int(export.manifest["first"]), int(export.manifest["end"]), 0
    require(export.start <= expected, "the events begin before the leaves")
    for line in export.lines("events.jsonl"):
        event = json.loads(line)
        seq = event["seq"]
        require(seq is not None, f"event {event['row']['id']} was put in past the tree")
        expected = passed(orders, expected, seq)
        require(seq == expected < end, f"event {seq} is out of place")
        opened += check_event(event, leaves[seq - export.start], export.manifest["tenant"])
        expected += 1
    require(passed(orders, expected, end) == end, "there are events past the end")
    return opened


def check_event(event: dict[str, object], leaf: bytes, tenant: str) -> bool:
    """Raises Failed unless leaf, columns and detail are those that were hashed. Whether it had a detail."""
    called, text = f"event {event['seq']}", str(event["leaf"])
    hashed = hashlib.sha256(b"\x00" + text.encode()).digest()
    require(hashed == leaf, f"{called} was altered: its leaf is not the one in the tree")
    facts = json.loads(text)
    require(facts["tenant"] == tenant, f"{called} belongs to another tree")
    told: object = event["row"]
    odd = sorted(name for name, value in columns(facts).items() if told[name] != value)  # type: ignore[index]
    require(not odd, f"{called} was altered: {', '.join(odd)} differs from its leaf")
    require(not event.get("broken"), f"{called} was altered: its detail does not open")
    if "detail_commit" not in facts or "detail" not in event:
        return False
    committed = hashlib.sha256(bytes.fromhex(str(event["salt"])) + str(event["detail"]).encode())
    require(committed.hexdigest() == facts["detail_commit"], f"{called} was altered: its detail")
    return True


def columns(facts: dict[str, dict[str, str]]) -> dict[str, object]:
    """What the columns of an event must say."""
    parts = {f"{of}_{name}": facts[of][name] for of in ("actor", "object") for name in facts[of]}
    return parts | {name: facts[name] for name in ("id", "action", "outcome", "recorded_at")}


def check_tree(export: Export, leaves: list[bytes], checkpoints: list[Checkpoint]) -> None:
    """Raises Failed for the first checkpoint that the leaves do not lead to."""
    tree, good = Tree(export.start, export.frontier), export.start
    for checkpoint in sorted(checkpoints, key=lambda each: each.size):
        held = f"{checkpoint.called} holds {checkpoint.size} events, "
        require(checkpoint.size <= export.size, f"{held}the export only {export.size}")
        require(checkpoint.size >= export.start, f"{held}and this archive begins after them")
        while tree.size < checkpoint.size:
            tree.append(leaves[tree.size - export.start])
        sentence = (
            f"{checkpoint.called} has another root: one of the events {good} to {tree.size - 1}"
        )
        changed = f"{sentence} was altered, removed, put in or moved"
        require(tree.root() == checkpoint.root, changed)
        good = tree.size


def kept_elsewhere(path: str, export: Export) -> Checkpoint:
    with open(path, encoding="utf-8", newline="") as file:  # noqa: PTH123 - one import less
        kept = Checkpoint(file.read(LONGEST_NOTE + 1), "the checkpoint that was kept elsewhere")
    require(kept.origin == export.origin, f"{kept.called} is of another tree")
    for key in export.manifest["keys"]:
        try:
            kept.require_signed_by(key)
        except Failed:
            continue
        return kept
    raise Failed(f"{kept.called} is not signed by a key of this export")


def check(path: str, against: str | None, key: str | None) -> str:
    """The sentence that says what holds. Raises Failed."""
    with zipfile.ZipFile(path) as archive:
        return judged(Export(archive, key), against)


def judged(export: Export, against: str | None) -> str:
    leaves, checkpoints = export.leaves(), export.checkpoints()
    require(not leaves or checkpoints[-1].size == export.size, "the last checkpoint is missing")
    outside = [kept_elsewhere(against, export)] if against else []
    orders = export.orders(leaves)
    opened = check_events(export, leaves, orders)
    check_tree(export, leaves, [*checkpoints, *outside, *export.anchors()])
    first, end = export.manifest["first"], export.manifest["end"]
    held = end - first - sum(order.gone for order in orders)
    gone = [
        f"; {each.gone} events disposed by order of {each.people}" for each in orders if each.gone
    ]
    return (
        f"{held} events (from {first}) of {export.origin} are whole, unaltered and in order under "
        f"{len(checkpoints)} signed checkpoints of a tree of {export.size}; {opened} details opened"
        + "".join(gone)
        + f"; key {export.key.split('+')[1]}"
        + ("; continues what was kept elsewhere" if outside else "")
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Check an evidence export of Sealpost.")
    parser.add_argument("export")
    parser.add_argument("--against", metavar="FILE", help="a checkpoint that was kept elsewhere")
    parser.add_argument("--key", help="the verifier key that you know to be the service's")
    options = parser.parse_args(arguments)
    try:
        print("OK:", check(options.export, options.against, options.key))  # noqa: T201
    except Failed as failed:
        print("FAILED:", failed)  # noqa: T201
        return 1
    except DAMAGED:
        print("FAILED: this is not an export, or it was damaged")  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
