"""Pairs of spelling and British phonemes that the American model can write: train, validation and test files.

    python3 g2p_pairs.py GB_GOLD.json MODEL_FOLDER OUT_FOLDER

Entries by part of speech are left out, and those with a letter or phoneme that config.json of the model does not
have. The split is by the SHA-256 of the word, so it needs no random numbers: 10 % test, 10 % validation.
"""
import hashlib
import json
import pathlib
import sys

gold, model, out = (pathlib.Path(p) for p in sys.argv[1:4])
config = json.loads((model / "config.json").read_text())
letters = set(config["grapheme_chars"][4:])
sounds = set(config["phoneme_chars"][4:])
files = {"test": [], "validation": [], "train": []}
for word, phonemes in sorted(json.loads(gold.read_text()).items()):
    if not isinstance(phonemes, str) or not set(word) <= letters or not set(phonemes) <= sounds:
        continue
    if not word or not phonemes:
        continue
    share = int(hashlib.sha256(word.encode()).hexdigest()[:8], 16) % 10
    files["test" if share == 0 else "validation" if share == 1 else "train"].append((word, phonemes))
out.mkdir(parents=True, exist_ok=True)
for name, pairs in files.items():
    rows = "".join(f"{word}\t{phonemes}\n" for word, phonemes in pairs)
    (out / f"{name}.tsv").write_text("word\tphonemes\n" + rows)
    print(f"{name}: {len(pairs)} pairs")
