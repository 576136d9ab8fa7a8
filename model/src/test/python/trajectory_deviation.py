"""Reruns every golden trajectory in float32 and float64 and measures how far the two come apart.

trajectory.json states that deviation for the loss and omega only; this script measures it for B A,
too, and writes it for TrajectoryGoldenTest: the largest difference of a golden B A from that of the
float64 run. The models are transformers' own; layer, optimizers and selection are written here from
golden/README.md alone. That they are the fixtures' computation shows in two ways, which are
checked: the float32 run comes to the golden loss, omega and kept heads (within ten times the stated
deviation, torch having changed since), and the golden loss and omega are about as far from the
float64 run as stated (a fifth of it or one float32 step of a loss).

Usage: trajectory_deviation.py GOLDEN [--json FILE] [--winnow FOLDER]
GOLDEN is model/src/test/resources/golden; FOLDER holds what TrajectoryGoldenTest writes with
-Dwinnow.trajectories=FOLDER. Tried with torch 2.13.0 (CPU), transformers 5.18.0.
"""

import argparse
import json
import math
import pathlib

import torch
import transformers
from safetensors import safe_open
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification
from transformers.models.deberta_v2 import modeling_deberta_v2 as deberta
from transformers.models.llama import modeling_llama as llama

BETA1, BETA2 = 0.9, 0.999
IGNORED = -100
SNAPSHOTS = {1: "step1", 2: "step2", 5: "step5", 20: "step20", 40: "final"}


def tensors(path):
    with safe_open(path, "pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}


def compute_in_the_dtype_of_the_model():
    """transformers computes some of Llama's and a root of DeBERTa's in float32 in any case."""

    def norm(self, x):
        scale = torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.variance_epsilon)
        return self.weight * (x * scale)

    def attention(module, query, key, value, attention_mask, scaling, dropout=0.0, **_):
        key = llama.repeat_kv(key, module.num_key_value_groups)
        value = llama.repeat_kv(value, module.num_key_value_groups)
        scores = query @ key.transpose(2, 3) * scaling
        if attention_mask is not None:
            scores = scores + attention_mask
        weights = torch.softmax(scores, dim=-1)
        return (weights @ value).transpose(1, 2).contiguous(), weights

    def angles(self, x, position_ids):
        half = position_ids[:, :, None].to(x.dtype) * self.inv_freq.to(x.dtype)
        both = torch.cat([half, half], -1)
        return both.cos(), both.sin()

    def root(query, factor):
        return torch.sqrt(torch.tensor(query.size(-1), dtype=query.dtype) * factor)

    llama.LlamaRMSNorm.forward = norm
    llama.eager_attention_forward = attention
    llama.LlamaRotaryEmbedding.forward = angles
    deberta.scaled_size_sqrt = root


class Head(torch.nn.Module):
    """y = W x + b + omega (alpha / r) B A x; alpha / r stays when the rank grows."""

    def __init__(self, base, scale):
        super().__init__()
        self.base, self.scale = base, scale

    def set(self, a, b):
        self.a = a.clone().requires_grad_()
        self.b = b.clone().requires_grad_()

    def forward(self, x):
        up = torch.nn.functional.linear(torch.nn.functional.linear(x, self.a), self.b)
        return self.base(x) + self.omega * up * self.scale


class Adam:
    """Moments of one tensor: the published order (eps outside, decay last) or torch's."""

    def __init__(self):
        self.first = self.second = 0.0
        self.count = 0

    def step(self, tensor, lr, decay, published):
        gradient = tensor.grad
        self.count += 1
        if not published:
            tensor.mul_(1 - lr * decay)
        self.first = BETA1 * self.first + (1 - BETA1) * gradient
        self.second = BETA2 * self.second + (1 - BETA2) * gradient * gradient
        root = math.sqrt(1 - BETA2**self.count)
        size = lr / (1 - BETA1**self.count)
        if published:
            tensor.sub_(size * root * self.first / (self.second.sqrt() + 1e-6))
            tensor.sub_(lr * decay * tensor)
        else:
            tensor.sub_(size * self.first / (self.second.sqrt() / root + 1e-8))


class Run:
    """One variant in one precision."""

    def __init__(self, folder, name, dtype):
        self.facts = json.loads((folder / "trajectory.json").read_text())
        self.variant = self.facts["variants"][name]
        self.kind = self.variant["kind"]
        self.golden = tensors(folder / f"{name}.safetensors")
        self.batches = tensors(folder / "batches.safetensors")
        self.dtype = dtype
        self.model = load((folder / self.facts["base_model"]).resolve(), dtype)
        self.names = self.facts["adapters_in_order"]
        self.heads = [self.adapted(name) for name in self.names]
        self.omega = self.file("init.omega")
        self.chosen = list(range(len(self.heads)))
        self.size = len(self.heads)
        self.noises = 0
        self.task_head = self.opened_task_head()
        self.set_heads("init")
        self.retired = []
        self.loss, self.omegas, self.snapshots = [], [], {}

    def file(self, name):
        return self.golden[name].to(self.dtype)

    def adapted(self, name):
        parent, _, child = name.rpartition(".")
        module = self.model.get_submodule(parent)
        head = Head(getattr(module, child), self.facts["alpha"] / self.facts["r"])
        setattr(module, child, head)
        return head

    def set_heads(self, when):
        for name, head in zip(self.names, self.heads):
            head.set(self.file(f"{when}.{name}.A"), self.file(f"{when}.{name}.B"))
        self.adams = {}

    def opened_task_head(self):
        opened = []
        if self.variant.get("train_head"):
            for name, parameter in self.model.named_parameters():
                if name.startswith(("classifier.", "pooler.")):
                    parameter.requires_grad_()
                    parameter.data = self.file(f"init_head.{name}").clone()
                    opened.append(parameter)
        return opened

    def gradients(self, step):
        batch = f"batch.{(step - 1) % 8}."
        inputs = {n[len(batch) :]: t for n, t in self.batches.items() if n.startswith(batch)}
        labels = inputs.pop("labels")
        self.omega_leaves = [value.clone().requires_grad_() for value in self.omega]
        for head, leaf in zip(self.heads, self.omega_leaves):
            head.omega = leaf
            head.a.grad = head.b.grad = None
        for parameter in self.task_head:
            parameter.grad = None
        logits = self.model(**inputs).logits
        if labels.dim() == 2:
            logits, labels = logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten()
        loss = torch.nn.functional.cross_entropy(logits, labels, ignore_index=IGNORED)
        loss.backward()
        self.loss.append(loss.item())

    def clip(self, trained):
        limit = self.variant.get("clip")
        if limit:
            norm = torch.stack([t.grad.norm() for t in trained]).norm()
            for tensor in trained:
                tensor.grad.mul_(torch.clamp(limit / (norm + 1e-6), max=1.0))

    def rate(self, step):
        if "schedule" not in self.variant:
            return 1.0
        total, warmup = self.variant["schedule"]
        done = step - 1
        return done / warmup if done < warmup else (total - done) / (total - warmup)

    def adam(self, tensor, lr, decay, published):
        self.adams.setdefault(id(tensor), Adam()).step(tensor, lr, decay, published)

    def move_heads(self, indices, lr, published):
        for index in indices:
            for tensor in (self.heads[index].a, self.heads[index].b):
                self.adam(tensor, lr, self.variant["wd"], published)

    def descend(self, indices, rate):
        for index in indices:
            self.omega[index] -= self.variant["lr_w"] * rate * self.omega_leaves[index].grad

    def omega_gradient_norm(self):
        return torch.stack([leaf.grad for leaf in self.omega_leaves]).norm().item()

    def keep(self, values, count):
        """Zeroes omega but for the heads with the largest values."""
        kept = sorted(range(len(values)), key=lambda i: -values[i].item())[:count]
        for index in range(len(values)):
            if index not in kept:
                self.omega[index] = 0

    def trained(self, indices):
        heads = [t for i in indices for t in (self.heads[i].a, self.heads[i].b)]
        return heads + self.task_head

    def iht(self, step):
        every = range(len(self.heads))
        self.clip(self.trained(every) + self.omega_leaves)
        rate = self.rate(step)
        self.move_heads(every, self.variant["lr"] * rate, True)
        self.descend(every, rate)
        if step % self.variant["fat_step"] == 0 and self.omega_gradient_norm() > 1e-10:
            self.keep(self.omega, self.variant["k"])

    def lib(self, step):
        warmup = self.variant["mfs"]
        if step <= warmup:
            every = range(len(self.heads))
            self.clip(self.trained(every) + self.omega_leaves)
            self.move_heads(every, self.variant["lr"], True)
            if step < warmup:
                self.descend(every, 1.0)
                if self.omega_gradient_norm() > 1e-10:
                    self.keep(self.omega, self.variant["k"])
        else:
            self.clip(self.trained(self.chosen))
            lr = self.variant["lr"] * self.rate(step - warmup)
            self.move_heads(self.chosen, lr, False)
        if step == warmup:
            self.chosen = [i for i, value in enumerate(self.omega) if value > 0]
            self.set_heads("restart")

    def adamw_topk(self, step):
        omegas = [self.omega_leaves[i] for i in self.chosen]
        self.clip(self.trained(self.chosen) + omegas)
        self.move_heads(self.chosen, self.variant["lr"], False)
        for parameter in self.task_head:
            self.adam(parameter, self.variant["lr"], self.variant["wd"], False)
        for index in self.chosen:
            adam = self.adams.setdefault(("omega", index), Adam())
            adam.step(self.omega_leaves[index], self.variant["lr_w"], 0.0, False)
            self.omega[index] = self.omega_leaves[index]
        if step == self.variant["T"]:
            self.keep(self.omega.abs(), self.variant["k"])
            self.chosen = [i for i, value in enumerate(self.omega) if value != 0]

    def fat(self, step):
        expansions, every = self.variant["max_fat_steps"], self.variant["fat_step"]
        grows = step % every == 0 and step // every <= expansions
        if grows:
            for index in self.chosen:
                self.grow(self.heads[index])
        else:
            self.move_heads(self.chosen, self.variant["lr"], True)
        if step <= expansions * every:
            self.descend(self.chosen, 1.0)
        if grows:
            self.size //= 2
            values = self.omega.clone()
            values[[i for i in range(len(values)) if i not in self.chosen]] = -math.inf
            self.keep(values, self.size)
            self.chosen = [i for i in self.chosen if self.omega[i] > 0]

    def grow(self, head):
        a, b = head.a.detach().T, head.b.detach().T  # A [in, r], B [r, out] as published
        noise = self.noise()
        if self.variant["ext"] == "smart":
            q, upper = torch.linalg.qr(a)
            a, b = torch.cat([q, noise - q @ (q.T @ noise)], 1), upper @ b
        elif self.variant["ext"] == "dummy":
            a = torch.cat([a, noise], 1)
        else:
            a, b = torch.cat([noise, self.noise()], 1), torch.zeros_like(b)
        b = torch.cat([b, torch.zeros(a.shape[1] - b.shape[0], b.shape[1], dtype=b.dtype)])
        self.adams.pop(id(head.a), None)
        self.adams.pop(id(head.b), None)
        self.retired += [head.a, head.b]  # moments are found by id: keep the old ones taken
        head.set(a.T.contiguous(), b.T.contiguous())

    def noise(self):
        self.noises += 1
        return self.file(f"noise.{self.noises - 1}")

    def train(self):
        for step in range(1, self.facts["steps"] + 1):
            self.gradients(step)
            with torch.no_grad():
                getattr(self, self.kind)(step)
            self.omegas.append(self.omega.double().clone())
            if step in SNAPSHOTS:
                self.snapshots[SNAPSHOTS[step]] = self.products()
        return self

    def products(self):
        """B A of the heads that can still move: dropped ones come back under iht only."""
        live = range(len(self.heads)) if self.kind == "iht" else self.chosen
        return {self.names[i]: product(self.heads[i].a, self.heads[i].b) for i in live}

    def kept(self):
        return torch.stack([omega != 0 for omega in self.omegas])


def product(a, b):
    return b.detach().double() @ a.detach().double()


def load(folder, dtype):
    config = json.loads((folder / "config.json").read_text())
    causal = config["architectures"][0].endswith("CausalLM")
    kind = AutoModelForCausalLM if causal else AutoModelForSequenceClassification
    model = kind.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    return model.to(dtype).eval().requires_grad_(False)


def largest(some, others):
    return max((some[name] - others[name]).abs().max().item() for name in some)


def products(file, when, names):
    return {name: product(file[f"{when}.{name}.A"], file[f"{when}.{name}.B"]) for name in names}


def series(run):
    """Largest differences of loss and omega from the golden ones; losses as float32, as stated."""
    loss = torch.tensor(run.loss, dtype=torch.float64).float().double()
    return {
        "loss": (loss - run.golden["loss"].double()).abs().max().item(),
        "omega": (torch.stack(run.omegas) - run.golden["omega"].double()).abs().max().item(),
    }


def check(where, exact, single):
    """Fails if this script computes something else than the fixtures did."""
    stated = exact.variant["float32_vs_float64"]
    from_exact, again = series(exact), series(single)
    step = exact.golden["loss"].max() * 2.0**-23
    for what, spare in ("loss", step), ("omega", 0):
        assert abs(from_exact[what] - stated[what]) <= stated[what] / 5 + spare, (where, from_exact)
        assert again[what] <= 10 * stated[what] + 1e-6, (where, again)
    for run in exact, single:
        assert torch.equal(run.kept(), run.golden["kept"].bool()), where
    return {"stated": {what: stated[what] for what in again}} | {
        "golden_to_float64": from_exact,
        "float32_again_to_golden": again,
    }


def measure(folder, name, winnow):
    where = f"{folder.name}/{name}"
    exact = Run(folder, name, torch.float64).train()
    single = Run(folder, name, torch.float32).train()
    row = check(where, exact, single)
    row["product_deviation"] = {
        when: largest(heads, products(exact.golden, when, heads))
        for when, heads in exact.snapshots.items()
    }
    final = exact.snapshots["final"]
    golden = products(exact.golden, "final", final)
    row["final_product"] = {
        "largest": max(value.abs().max().item() for value in golden.values()),
        "float32_again_to_golden": largest(single.snapshots["final"], golden),
        "float32_again_to_float64": largest(single.snapshots["final"], final),
    }
    print(where, json.dumps(row), flush=True)
    if winnow:
        ours = products(tensors(winnow / (where.replace("/", "-") + ".safetensors")), "final", final)
        print(f"    Winnow to golden {largest(ours, golden):.1e}", end=", ")
        print(f"to float64 {largest(ours, final):.1e}", flush=True)
    return {where: row}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("golden", type=pathlib.Path)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--winnow", type=pathlib.Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    transformers.logging.disable_progress_bar()
    transformers.logging.set_verbosity_error()
    compute_in_the_dtype_of_the_model()
    rows = {
        "from": "model/src/test/python/trajectory_deviation.py",
        "with": {"torch": torch.__version__, "transformers": transformers.__version__},
    }
    for folder in sorted(arguments.golden.glob("trajectory-*")):
        for name in json.loads((folder / "trajectory.json").read_text())["variants"]:
            rows |= measure(folder, name, arguments.winnow)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
