"""Writes a language model that sees, with random weights: Gemma 3 in miniature, for llama.cpp.

It says nothing sensible, but everything around it is real: tokens, chat template, pictures,
grammar. 64 numbers a token, two layers, a letter a token; the same files each time.
"""

from pathlib import Path

import gguf
import numpy as np
import numpy.typing as npt

WIDTH, HIDDEN, LAYERS, HEADS, HEAD_WIDTH = 64, 128, 2, 2, 32
CONTEXT = 8192
PICTURE, PATCH, POOLED = 112, 14, 4
CONTROLS = [
    *("<pad>", "<eos>", "<bos>", "<start_of_turn>", "<end_of_turn>"),
    *("<start_of_image>", "<end_of_image>", "<image_soft_token>"),
]
LETTERS = "\n" + "".join(map(chr, range(33, 127))) + "▁áéíóúñü¿¡"
# Gemma's turns: there are only the user's and the model's
TEMPLATE = """{{ bos_token }}{% for message in messages %}<start_of_turn>\
{{ 'model' if message['role'] == 'assistant' else 'user' }}
{% if message['content'] is string %}{{ message['content'] }}{% else %}\
{% for part in message['content'] %}\
{% if part['type'] == 'image' %}<start_of_image>{% else %}{{ part['text'] }}{% endif %}\
{% endfor %}{% endif %}<end_of_turn>
{% endfor %}{% if add_generation_prompt %}<start_of_turn>model
{% endif %}"""


class _Weights:
    """Random tensors, written under their names."""

    def __init__(self, writer: gguf.GGUFWriter, seed: int, spread: float) -> None:
        self._writer = writer
        self._random = np.random.default_rng(seed)
        self._spread = spread

    def random(self, shapes: dict[str, tuple[int, ...]], layer: str = "") -> None:
        for name, shape in shapes.items():
            drawn = self._random.standard_normal(shape) * self._spread
            self._add(layer + name, drawn.astype(np.float32))

    def ones(self, widths: dict[str, int], layer: str = "") -> None:
        for name, width in widths.items():
            self._add(layer + name, np.ones(width, np.float32))

    def zeros(self, widths: dict[str, int], layer: str = "") -> None:
        for name, width in widths.items():
            self._add(layer + name, np.zeros(width, np.float32))

    def _add(self, name: str, numbers: npt.NDArray[np.float32]) -> None:
        self._writer.add_tensor(name, numbers)


def write_tiny_model(folder: Path) -> tuple[Path, Path]:
    """Write `tiny.gguf` and its image projector `tiny-mmproj.gguf`; return both paths."""
    model, mmproj = folder / "tiny.gguf", folder / "tiny-mmproj.gguf"
    _write_text_model(model)
    _write_projector(mmproj)
    return model, mmproj


def _write_text_model(path: Path) -> None:
    writer = gguf.GGUFWriter(path, "gemma3")
    count = _vocabulary(writer)
    _text_shape(writer)
    weights = _Weights(writer, seed=1, spread=0.05)
    weights.random({"token_embd.weight": (count, WIDTH)})
    weights.ones({"output_norm.weight": WIDTH})
    for number in range(LAYERS):
        _text_layer(weights, f"blk.{number}.")
    _finish(writer)


def _vocabulary(writer: gguf.GGUFWriter) -> int:
    kind = gguf.TokenType
    tokens = [(name, 0.0, kind.CONTROL) for name in CONTROLS]
    tokens.append(("<unk>", 0.0, kind.UNKNOWN))
    tokens += [(f"<0x{byte:02X}>", 0.0, kind.BYTE) for byte in range(256)]
    tokens += [(letter, -1.0 - place, kind.NORMAL) for place, letter in enumerate(LETTERS)]
    texts, scores, kinds = zip(*tokens, strict=True)
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([text.encode() for text in texts])
    writer.add_token_scores(list(scores))
    writer.add_token_types([int(one) for one in kinds])
    writer.add_pad_token_id(texts.index("<pad>"))
    writer.add_eos_token_id(texts.index("<eos>"))
    writer.add_bos_token_id(texts.index("<bos>"))
    writer.add_unk_token_id(texts.index("<unk>"))
    writer.add_eot_token_id(texts.index("<end_of_turn>"))
    writer.add_add_bos_token(value=True)
    writer.add_add_space_prefix(value=False)
    writer.add_chat_template(TEMPLATE)
    return len(texts)


def _text_shape(writer: gguf.GGUFWriter) -> None:
    writer.add_name("vigia-tiny-random")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(1)
    writer.add_key_length(HEAD_WIDTH)
    writer.add_value_length(HEAD_WIDTH)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(1e6)
    writer.add_sliding_window(1024)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)


def _text_layer(weights: _Weights, layer: str) -> None:
    inner = HEADS * HEAD_WIDTH
    norms = ("attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm")
    weights.ones({f"{name}.weight": WIDTH for name in norms}, layer)
    weights.ones({"attn_q_norm.weight": HEAD_WIDTH, "attn_k_norm.weight": HEAD_WIDTH}, layer)
    weights.random(
        {
            "attn_q.weight": (inner, WIDTH),
            "attn_k.weight": (HEAD_WIDTH, WIDTH),
            "attn_v.weight": (HEAD_WIDTH, WIDTH),
            "attn_output.weight": (WIDTH, inner),
            "ffn_gate.weight": (HIDDEN, WIDTH),
            "ffn_up.weight": (HIDDEN, WIDTH),
            "ffn_down.weight": (WIDTH, HIDDEN),
        },
        layer,
    )


def _write_projector(path: Path) -> None:
    writer = gguf.GGUFWriter(path, "clip")
    _projector_shape(writer)
    weights = _Weights(writer, seed=0, spread=0.02)
    weights.random(
        {
            "v.patch_embd.weight": (WIDTH, 3, PATCH, PATCH),
            "v.position_embd.weight": ((PICTURE // PATCH) ** 2, WIDTH),
            "mm.input_projection.weight": (WIDTH, WIDTH),
        }
    )
    weights.zeros({"v.patch_embd.bias": WIDTH, "v.post_ln.bias": WIDTH})
    weights.ones({"v.post_ln.weight": WIDTH, "mm.soft_emb_norm.weight": WIDTH})
    for number in range(LAYERS):
        _vision_layer(weights, f"v.blk.{number}.")
    _finish(writer)


def _projector_shape(writer: gguf.GGUFWriter) -> None:
    writer.add_type(gguf.GGUFType.MMPROJ)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_bool("clip.has_vision_encoder", val=True)
    writer.add_bool("clip.use_gelu", val=True)
    writer.add_string("clip.projector_type", "gemma3")
    numbers = {
        "image_size": PICTURE,
        "patch_size": PATCH,
        "embedding_length": WIDTH,
        "feed_forward_length": HIDDEN,
        "projection_dim": WIDTH,
        "block_count": LAYERS,
        "attention.head_count": HEADS,
        "projector.scale_factor": POOLED,
    }
    for name, number in numbers.items():
        writer.add_uint32(f"clip.vision.{name}", number)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-6)
    for name in ("image_mean", "image_std"):
        writer.add_array(f"clip.vision.{name}", [0.5] * 3)


def _vision_layer(weights: _Weights, layer: str) -> None:
    attention = ("attn_q", "attn_k", "attn_v", "attn_out")
    weights.random({f"{name}.weight": (WIDTH, WIDTH) for name in attention}, layer)
    weights.random({"ffn_up.weight": (HIDDEN, WIDTH), "ffn_down.weight": (WIDTH, HIDDEN)}, layer)
    weights.ones({"ln1.weight": WIDTH, "ln2.weight": WIDTH}, layer)
    biases = {f"{name}.bias": WIDTH for name in (*attention, "ln1", "ln2", "ffn_down")}
    weights.zeros({**biases, "ffn_up.bias": HIDDEN}, layer)


def _finish(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
