"""Other ways to find a painting's neighbours, in this process and without a page.

``sentence_transformers_way`` follows that library's documentation: CLIP's ViT-B/32 and faiss. Its
weights are random, which takes the same time and needs no download. ``report_way`` follows the
report of 2022: it reads the picture at full size, runs the network in PyTorch, reads the
spreadsheet of outputs for every query, and compares its rows in a Python loop.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

NEIGHBOURS = 5
# The report multiplied the outputs by this factor before it compared them.
REPORT_FACTOR = 20
Way = Callable[[bytes], list[int]]


def sentence_transformers_way(paintings: int) -> Way:
    """Returns a function that finds a picture's neighbours among ``paintings`` random vectors."""
    import faiss
    import timm
    import torch

    model: Any = timm.create_model("vit_base_patch32_clip_224", pretrained=False).eval()
    transform = timm.data.create_transform(**timm.data.resolve_model_data_config(model))
    vectors = np.random.default_rng(0).normal(size=(paintings, model.num_features))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = faiss.IndexFlatIP(model.num_features)
    index.add(vectors.astype(np.float32))

    def answer(data: bytes) -> list[int]:
        picture = Image.open(io.BytesIO(data)).convert("RGB")
        with torch.inference_mode():
            features = model.forward_head(
                model.forward_features(transform(picture).unsqueeze(0)), pre_logits=True
            )
        query = features.numpy()
        _, rows = index.search(query / np.linalg.norm(query), NEIGHBOURS)
        return list(map(int, rows[0]))

    return answer


def report_way(model: Path, spreadsheet: Path) -> Way:
    """Returns a function that finds a picture's neighbours in a spreadsheet of outputs."""
    import pandas as pd
    import timm
    import torch

    network: Any = timm.create_model(f"local-dir:{model}", pretrained=True).eval()
    transform = timm.data.create_transform(**timm.data.resolve_model_data_config(network))

    def answer(data: bytes) -> list[int]:
        with torch.inference_mode():
            outputs = network(transform(_read_whole(data)).unsqueeze(0))[0].numpy()
        table = pd.read_excel(spreadsheet)
        features = table.iloc[:, -len(outputs) :].to_numpy(np.float64)
        distances = []
        for row in range(len(table)):
            difference = REPORT_FACTOR * features[row] - REPORT_FACTOR * outputs
            distances.append((float(np.sqrt(np.sum(difference**2))), row))
        return [row for _, row in sorted(distances)[:NEIGHBOURS]]

    return answer


def _read_whole(data: bytes) -> Image.Image:
    """Returns a picture at full size, read by OpenCV, as in the report, if it is installed."""
    try:
        import cv2
    except ImportError:
        return Image.open(io.BytesIO(data)).convert("RGB")
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return Image.fromarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))
