"""A page as tutorials write it, with timm and ``gr.Interface``, to compare ours with.

    python benchmarks/tutorial_page.py MODEL PORT

It has as many embeddings as our collection, drawn at random, and always returns the five pictures
of demo/examples, whichever rows are nearest.
"""

import sys
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import timm
import torch

PAINTINGS = 1_412
NEIGHBOURS = 5
EXAMPLES = sorted((Path(__file__).resolve().parent.parent / "demo" / "examples").glob("*.jpg"))

folder, port = sys.argv[1], int(sys.argv[2])
model = timm.create_model(f"local-dir:{folder}", pretrained=True).eval()
transform = timm.data.create_transform(**timm.data.resolve_model_data_config(model))
labels = model.pretrained_cfg["label_names"]
embeddings = np.random.default_rng(0).normal(size=(PAINTINGS, model.num_features))
embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)


def answer(picture: Any) -> Any:  # noqa: D103
    with torch.no_grad():
        features = model.forward_features(transform(picture.convert("RGB")).unsqueeze(0))
        embedding = model.forward_head(features, pre_logits=True)
        shares = model.classifier(embedding).softmax(1)[0].tolist()
    query = embedding[0].numpy()
    nearest = np.argsort(-embeddings @ (query / np.linalg.norm(query)))[:NEIGHBOURS]
    return dict(zip(labels, shares, strict=True)), [
        str(EXAMPLES[row % len(EXAMPLES)]) for row in nearest
    ]


gr.Interface(
    answer, gr.Image(type="pil"), [gr.Label(num_top_classes=3), gr.Gallery()], api_name="query"
).launch(server_port=port, quiet=True, allowed_paths=[str(EXAMPLES[0].parent)])
