"""A bag of sealed WARC files proved with Python's own library and openssl: nothing of the program that made it is used or believed.

    python docs/verify_a_bag.py BAG [SEAL.PUB]

SEAL.PUB is the public key as you got it from its owner, on another way than the bag; without it the bag's own key is used, and then only what
fits together is proved, not who made it. Prints the head of the chain, to be compared with the one that was published; ends with 1 at any fault.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path


def signed_bytes(seal):
    """What was signed, and what the next seal names: the seal without its signature, keys sorted, no spaces, UTF-8."""
    values = {**seal, "signature": ""}
    return json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def signature_holds(seal, key):
    with tempfile.TemporaryDirectory() as folder:
        said, signature = Path(folder, "said"), Path(folder, "signature")
        said.write_bytes(signed_bytes(seal))
        signature.write_bytes(bytes.fromhex(seal["signature"]))
        command = [
            "openssl",
            "pkeyutl",
            "-verify",
            "-pubin",
            "-inkey",
            key,
            "-rawin",
            "-in",
            said,
            "-sigfile",
            signature,
        ]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0


def faults(warc, key):
    taken_down = {
        removal["file"]
        for path in warc.glob("takedowns/*.json")
        for removal in json.loads(path.read_text("utf-8"))["removals"]
    }
    seals = {}
    for path in sorted(warc.rglob("*.seal.json")):
        seal = json.loads(path.read_text("utf-8"))
        seals[seal["number"]] = seal
        if not signature_holds(seal, key):
            yield f"{path}: the signature does not hold"
        if path.relative_to(warc).parts[0] == "elsewhere":
            continue
        file = warc / seal["file"]
        with file.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found != seal["sha256"] and seal["file"] in taken_down:
            print(f"{file}: without what was taken down by order; `nianbao verify --folder` proves the rest of it")
        elif found != seal["sha256"]:
            yield f"{file}: expected SHA-256 {seal['sha256']}, found {found}"
    before = "0" * 64
    head = json.loads((warc / "chain.json").read_text("utf-8"))
    for number in range(1, head["number"] + 1):
        if number not in seals:
            yield f"seal {number} is not there"
            return
        if seals[number]["previous"] != before:
            yield f"seal {number} does not name the one before it"
        before = hashlib.sha256(signed_bytes(seals[number])).hexdigest()
    if before != head["sha256"]:
        yield "the head of the chain names another hash"
    print(f"head of the chain: {head['number']} {head['sha256']}")


if __name__ == "__main__":
    bag = Path(sys.argv[1])
    found = list(faults(bag / "data/warc", sys.argv[2] if len(sys.argv) > 2 else bag / "data/seal.pub"))
    print("\n".join(found) or "All files are the ones that were sealed.")
    sys.exit(1 if found else 0)
