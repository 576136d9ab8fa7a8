"""Compares Winnow's logits with those of real PEFT, in both directions (docs/peft.md).

peft_logits.py check FOLDER...
    loads adapters that Winnow exported. Each folder holds adapter/ and logits.safetensors: the
    inputs, Winnow's logits, and in its metadata the base model, the number of labels, the id of
    padding. PeftModelsTest writes such folders with -Dwinnow.peft=FOLDER. Fails where they are
    further than 1e-5 apart and further than twice what PEFT's are off from PEFT in float64: two
    computations in float32 may be that.
peft_logits.py write FOLDER GOLDEN
    writes the adapters of model/src/test/resources/peft-written, which PeftModelsTest reads. GOLDEN
    is model/src/test/resources/golden.
peft_logits.py predictions ADAPTER MODEL DATA FILE
    compares with FILE, which `winnow predict` wrote for DATA: examples of one text each, the first
    column of a TSV. 50 of them are tried, tokenized by transformers.

Tried with peft 0.21.0, transformers 5.17.0, torch 2.13.0 (CPU); with transformers 5.18.0 this PEFT
loads no SEQ_2_SEQ_LM adapter, whoever wrote it.
"""

import pathlib
import shutil
import sys
import warnings

import peft
import torch
import transformers
from safetensors import safe_open
from safetensors.torch import save_file

from trajectory_deviation import compute_in_the_dtype_of_the_model

MODELS = {
    "SEQ_CLS": transformers.AutoModelForSequenceClassification,
    "QUESTION_ANS": transformers.AutoModelForQuestionAnswering,
    "CAUSAL_LM": transformers.AutoModelForCausalLM,
    "SEQ_2_SEQ_LM": transformers.AutoModelForSeq2SeqLM,
}
WRITTEN = {
    "deberta-v3-cls": {
        "task_type": "SEQ_CLS",
        "r": 3,
        "lora_alpha": 12,
        "target_modules": ["query_proj", "value_proj", "attention.output.dense"],
        "rank_pattern": {"layer.1.attention.self.query_proj": 2, "value_proj": 1},
        "alpha_pattern": {"^deberta.encoder.layer.2.attention.output.dense": 5},
        "modules_to_save": ["classifier", "pooler"],
    },
    "bart-seq2seq": {
        "task_type": "SEQ_2_SEQ_LM",
        "r": 3,
        "lora_alpha": 2,
        "target_modules": r".*(encoder_attn|self_attn)\.[qv]_proj",
        "use_rslora": True,
    },
    "llama3-gqa-causal": {
        "task_type": "CAUSAL_LM",
        "r": 2,
        "lora_alpha": 4,
        "target_modules": ["q_proj", "v_proj", "down_proj"],
    },
}


def tensors(path):
    with safe_open(path, "pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}


def base_model(task, folder, labels, padding):
    more = {"num_labels": labels} if task == "SEQ_CLS" else {}
    model = MODELS[task].from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", **more
    )
    model.config.pad_token_id = padding
    return model.eval()


def logits(model, inputs):
    """As Winnow has them: a row per example or token; a span head's two columns side by side."""
    with torch.no_grad():
        said = model(**inputs)
    if "start_logits" in said:
        return torch.stack([said.start_logits, said.end_logits], -1).flatten(0, 1)
    return said.logits.flatten(0, -2)


def rows_of_tokens(inputs, count):
    """Rows of padding say nothing."""
    mask = inputs["attention_mask"].flatten().bool()
    return mask if len(mask) == count else torch.ones(count, dtype=torch.bool)


def check(folder):
    inputs, facts = tensors(folder / "logits.safetensors")
    winnow = inputs.pop("logits")
    adapter = folder / "adapter"
    task = peft.PeftConfig.from_pretrained(adapter).task_type
    base = base_model(task, facts["base"], int(facts["labels"]), int(facts["padding"]))
    bare = logits(base, inputs)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        model = peft.PeftModel.from_pretrained(base, adapter).eval()
    found = logits(model, inputs)
    rows = rows_of_tokens(inputs, len(found))
    winnow = winnow.view_as(found)

    def apart(some, others):
        return (some - others)[rows].abs().max().item()

    difference, effect = apart(found, winnow), apart(found, bare)
    merged = apart(logits(model.merge_and_unload(), inputs), found)
    base = base_model(task, facts["base"], int(facts["labels"]), int(facts["padding"]))
    exact = logits(peft.PeftModel.from_pretrained(base, adapter).double().eval(), inputs)
    own = apart(found, exact)
    print(
        f"{folder.name}: {difference:.1e}; from float64: PEFT {own:.1e},"
        f" Winnow {apart(winnow, exact):.1e}; merged {merged:.1e}; the adapter moves {effect:.1e}"
    )
    for warning in said:
        print("   ", warning.category.__name__, str(warning.message).splitlines()[0])
    return difference <= max(1e-5, 2 * own)


def write(folder, golden, name):
    settings = WRITTEN[name]
    torch.manual_seed(7)
    inputs, _ = tensors(golden / name / "base_case.safetensors")
    names = "input_ids", "attention_mask", "token_type_ids", "decoder_input_ids"
    inputs = {key: value for key, value in inputs.items() if key in names}
    base = base_model(settings["task_type"], golden / name, 3, None)
    config = peft.LoraConfig(init_lora_weights=False, **settings)
    model = peft.get_peft_model(base, config).eval()
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if "modules_to_save" in key:
                parameter.normal_(0, 0.3)
    model.peft_config["default"].base_model_name_or_path = name
    target = folder / name
    shutil.rmtree(target, ignore_errors=True)
    model.save_pretrained(target)
    (target / "README.md").unlink()
    (target / "adapter_model.safetensors").chmod(0o644)
    found = logits(model, inputs)
    rows = rows_of_tokens(inputs, len(found)).nonzero().flatten()[::10].clone()
    save_file(
        {"logits": found[rows].contiguous(), "rows": rows},
        target / "logits.safetensors",
        {"peft": peft.__version__, "transformers": transformers.__version__},
    )


def predictions(adapter, folder, data, file):
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    texts = [line.split("\t")[0] for line in data.read_text().splitlines()[1:51]]
    lines = [line.split("\t")[2:] for line in file.read_text().splitlines()[1:51]]
    winnow = torch.tensor([[float(value) for value in line] for line in lines])
    base = base_model("SEQ_CLS", folder, winnow.shape[1], tokenizer.pad_token_id)
    model = peft.PeftModel.from_pretrained(base, adapter).eval()
    encoded = [tokenizer(text, return_tensors="pt") for text in texts]
    names = "input_ids", "attention_mask"
    found = torch.cat([logits(model, {name: e[name] for name in names}) for e in encoded])
    difference = (found - winnow).abs().max().item()
    print(f"{adapter}: {difference:.1e} over {len(texts)} examples")
    return difference <= 1e-5


def main():
    torch.set_num_threads(1)
    transformers.logging.disable_progress_bar()
    compute_in_the_dtype_of_the_model()
    folders = [pathlib.Path(argument) for argument in sys.argv[2:]]
    if sys.argv[1] == "write":
        for name in WRITTEN:
            write(folders[0], folders[1], name)
    elif sys.argv[1] == "predictions":
        sys.exit(0 if predictions(*folders) else 1)
    else:
        right = [check(folder) for folder in folders]
        sys.exit(0 if right and all(right) else 1)


if __name__ == "__main__":
    main()
