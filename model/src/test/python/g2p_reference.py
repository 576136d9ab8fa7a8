"""Counts the words that the g2p BART gets right, in double and by the formulas alone (numpy).

BartDecodingTest compares with these numbers. Usage: g2p_reference.py FOLDER, the folder with
models/g2p-bart-us and g2p/us_gold.json.
"""

import json
import math
import sys

import numpy as np

WORDS = 300
BEGIN, END, UNKNOWN, LONGEST = 1, 2, 3, 64
erf = np.vectorize(math.erf)


def tensors(path):
    data = open(path, "rb").read()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    header.pop("__metadata__", None)
    found = {}
    for name, entry in header.items():
        begin, end = (8 + size + offset for offset in entry["data_offsets"])
        values = np.frombuffer(data[begin:end], dtype="<f4").reshape(entry["shape"])
        found[name] = values.astype(np.float64)
    return found


class Model:
    def __init__(self, folder):
        self.config = json.load(open(folder + "/config.json", encoding="utf-8"))
        self.weights = tensors(folder + "/model.safetensors")

    def linear(self, x, path):
        return x @ self.weights[path + ".weight"].T + self.weights[path + ".bias"]

    def norm(self, x, path):
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)
        return x * self.weights[path + ".weight"] + self.weights[path + ".bias"]

    def attention(self, x, memory, path, causal=False):
        """Of one head, as this model has."""
        q, k, v = (
            self.linear(rows, path + layer)
            for rows, layer in ((x, ".q_proj"), (memory, ".k_proj"), (memory, ".v_proj"))
        )
        scores = q @ k.T / math.sqrt(self.config["d_model"])
        if causal:
            scores = np.where(np.tril(np.ones_like(scores)) > 0, scores, -1e30)
        p = np.exp(scores - scores.max(-1, keepdims=True))
        return self.linear(p / p.sum(-1, keepdims=True) @ v, path + ".out_proj")

    def feed_forward(self, x, path):
        inner = self.linear(x, path + ".fc1")
        inner = inner * 0.5 * (1 + erf(inner / math.sqrt(2)))
        return self.norm(x + self.linear(inner, path + ".fc2"), path + ".final_layer_norm")

    def embedding(self, ids, side):
        rows = self.weights["model.shared.weight"][ids]
        positions = self.weights[side + ".embed_positions.weight"][2 : 2 + len(ids)]
        return self.norm(rows + positions, side + ".layernorm_embedding")

    def encode(self, ids):
        path = "model.encoder.layers.0"
        x = self.embedding(ids, "model.encoder")
        x = self.norm(x + self.attention(x, x, path + ".self_attn"), path + ".self_attn_layer_norm")
        return self.feed_forward(x, path)

    def next(self, ids, memory):
        path = "model.decoder.layers.0"
        x = self.embedding(ids, "model.decoder")
        own = self.attention(x, x, path + ".self_attn", causal=True)
        x = self.norm(x + own, path + ".self_attn_layer_norm")
        cross = self.attention(x, memory, path + ".encoder_attn")
        x = self.norm(x + cross, path + ".encoder_attn_layer_norm")
        last = self.feed_forward(x, path)[-1]
        logits = self.weights["model.shared.weight"] @ last + self.weights["final_logits_bias"][0]
        return int(logits.argmax())

    def pronounce(self, word):
        letters = self.config["grapheme_chars"]
        sounds = self.config["phoneme_chars"]
        ids = [letters.index(c) if c in letters else UNKNOWN for c in word]
        memory = self.encode([BEGIN] + ids + [END])
        out = [BEGIN]
        while len(out) < LONGEST and (len(out) == 1 or out[-1] != END):
            out.append(self.next(out, memory))
        return "".join(sounds[i] for i in out if UNKNOWN < i < len(sounds))


def main(folder):
    model = Model(folder + "/models/g2p-bart-us")
    gold = json.load(open(folder + "/g2p/us_gold.json", encoding="utf-8"))
    words = [(word, text) for word, text in gold.items() if isinstance(text, str)]
    for name, step in (("FIRST", 1), ("EVENLY", len(words) // WORDS)):
        sample = [words[i * step] for i in range(WORDS)]
        print(name, sum(model.pronounce(word) == text for word, text in sample), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
