"""Averages a trained network with its initial ImageNet weights and refits the last layer.

    python train/average_weights.py --run runs/best --data ../shared/data/pandora \
        --weights ../shared/weights/mobilenetv2_100_imagenet_backbone.safetensors

Every tensor except the last layer becomes a mean of the trained and the ImageNet one (WiSE-FT;
Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022). This restores general
features that help with unseen painters, and costs nothing in use. The script tries several
``--shares`` of the ImageNet weights and keeps the one that is best on validation. Choose the share
on a run with the split by artist, then pass that one share for the run that ships. Writes
``averaged/`` (hub layout) and ``averaging.json`` into the run. The ImageNet blocks that training
changed are stored with the model, as a second branch that helps to find neighbours
(``pinacoteca/second_branch.py``). About two minutes a share on two cores.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from augment_storage import StoredAnew, WithoutColour
from batches import LabelledPictures, data_config, loader, showings
from network import half_precision, load_weights
from pandora import further_of_split, movements_in, parts_of, read_tree, readable
from parts import NO_PARTS, Parts
from recipe import Recipe, recipe_from
from run_settings import Training

from pinacoteca.command_line import run
from pinacoteca.errors import DataError, ModelError
from pinacoteca.files import written_whole
from pinacoteca.model_files import WEIGHTS_FILE
from pinacoteca.second_branch import shares_first_blocks
from train import export, logits_and_targets

if TYPE_CHECKING:
    import torch

# Enough to fit the 23,000 weights of the last layer; more pictures changed nothing.
HEAD_PICTURES = 10_000
# Candidate factors of the L2 penalty on the last layer, which is added to the mean loss.
DECAYS = (1e-4, 1e-3, 3e-3, 1e-2)
ITERATIONS = 150


@dataclass(frozen=True)
class Fit:
    """A last layer and how good it is on validation.

    Attributes:
        share: The share of the ImageNet weights, 0 to 1.
        decay: The factor of the L2 penalty.
        accuracy: Top-1 on the validation part, 0 to 1.
        loss: Cross-entropy on the validation part.
    """

    share: float
    decay: float
    accuracy: float
    loss: float


def averaged(
    trained: dict[str, torch.Tensor], imagenet: dict[str, torch.Tensor], share: float
) -> dict[str, torch.Tensor]:
    """Returns the mean of two networks' tensors; the last layer and counters stay as trained.

    Args:
        trained: The state of the trained network.
        imagenet: The state of the backbone that it began with.
        share: The share of the ImageNet tensors, 0 to 1.

    Raises:
        ModelError: A tensor of the trained network is missing or of another shape.
    """
    import torch

    result = {}
    for name, tensor in trained.items():
        if name.startswith("classifier.") or not tensor.is_floating_point():
            result[name] = tensor
            continue
        other = imagenet.get(name)
        if other is None or other.shape != tensor.shape:
            raise ModelError(f"The ImageNet weights have no tensor {name} of the network's shape.")
        # lerp leaves frozen tensors unchanged to the bit; a weighted sum would round them.
        result[name] = torch.lerp(tensor, other, share)
    return result


def head_training(training: Training) -> Training:
    """Returns the run with pictures for fitting the last layer, drawn like those of an epoch."""
    import torch

    recipe = training.recipe
    count = min(HEAD_PICTURES, len(training.train))
    weights = showings(training.train, recipe.painter_balance, recipe.movement_balance, count)
    generator = torch.Generator().manual_seed(recipe.seed)
    drawn = torch.rand(len(weights), dtype=torch.float64, generator=generator) < weights
    pictures = [picture for picture, taken in zip(training.train, drawn, strict=True) if taken]
    return replace(training, train=tuple(pictures))


def features_and_targets(
    training: Training, network: Any
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Returns pooled features, class indices and weights of the pictures that fit the last layer.

    The pictures are not cropped, but they are stored anew or lose their colour as often as in
    training.

    Returns:
        float32 ``[n, features]``, int64 ``[n]`` and float64 ``[n]``; the weights have mean 1.
    """
    import torch
    from timm.data import create_transform
    from torchvision.transforms import Compose

    recipe = training.recipe
    transform = Compose(
        [
            WithoutColour(recipe.grey_share),
            StoredAnew(recipe.stored_anew_share),
            create_transform(**data_config(recipe)),
        ]
    )
    classes = [training.index_of[picture.movement.number] for picture in training.train]
    data = LabelledPictures(training, training.train, classes, [transform], seed=recipe.seed)
    features, targets = [], []
    network.eval()
    with torch.inference_mode(), half_precision(training.device):
        for images, batch_targets in loader(training, data):
            images = images.to(training.device, memory_format=torch.channels_last)
            pooled = network.forward_head(network.forward_features(images), pre_logits=True)
            features.append(pooled.float().cpu())
            targets.append(batch_targets)
    # A picture that an epoch would show several times was drawn once, so it gets that weight.
    count = len(training.train)
    weights = showings(training.train, recipe.painter_balance, recipe.movement_balance, count)
    return torch.cat(features), torch.cat(targets), weights.clamp(min=1)


def fit_head(
    features: torch.Tensor,
    targets: torch.Tensor,
    weights: torch.Tensor,
    start: torch.nn.Linear,
    decay: float,
    smoothing: float,
) -> torch.nn.Linear:
    """Returns a last layer fitted by L-BFGS (multinomial logistic regression).

    Args:
        features: float32 ``[n, features]``.
        targets: int64 ``[n]``.
        weights: float64 ``[n]``.
        start: The layer that the fit starts from; it is not changed.
        decay: The factor of the L2 penalty.
        smoothing: The label smoothing, 0 to 1.
    """
    from copy import deepcopy

    import torch
    from torch.nn.functional import cross_entropy

    head = deepcopy(start)
    shares = (weights / weights.sum()).float()
    optimizer = torch.optim.LBFGS(
        head.parameters(), max_iter=ITERATIONS, history_size=20, line_search_fn="strong_wolfe"
    )

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        losses = cross_entropy(head(features), targets, label_smoothing=smoothing, reduction="none")
        loss = (losses * shares).sum() + decay * (head.weight**2).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return head.requires_grad_(False)


def best_average(
    training: Training, network: Any, imagenet: dict[str, torch.Tensor], shares: Sequence[float]
) -> list[Fit]:
    """Sets ``network`` to the share and the last layer that are best on validation.

    Returns:
        Every combination that was tried.
    """
    from copy import deepcopy

    from torch.nn.functional import cross_entropy

    trained = deepcopy(network.state_dict())
    head = deepcopy(network.classifier)
    pictures = head_training(training)
    tried: list[Fit] = []
    best_state = trained
    for share in shares:
        network.load_state_dict(averaged(trained, imagenet, share))
        features, targets, weights = features_and_targets(pictures, network)
        for decay in DECAYS:
            network.classifier = fit_head(
                features, targets, weights, head, decay, training.recipe.label_smoothing
            )
            logits, truth = logits_and_targets(training, network, training.validation)
            accuracy = float((logits.argmax(1) == truth).float().mean())
            fit = Fit(share, decay, accuracy, float(cross_entropy(logits, truth)))
            if fit.accuracy > max((earlier.accuracy for earlier in tried), default=-1.0):
                best_state = deepcopy(network.state_dict())
            tried.append(fit)
            print(f"share {share:.2f}  decay {decay:g}  validation {accuracy:.2%}", flush=True)
    network.load_state_dict(best_state)
    return tried


def has_first_blocks_of(network: Any, other: dict[str, torch.Tensor]) -> bool:
    """Returns whether two networks have the same stem and first blocks."""
    own = {name: tensor.numpy(force=True) for name, tensor in network.state_dict().items()}
    return shares_first_blocks(own, {name: tensor.numpy() for name, tensor in other.items()})


def read_run(folder: Path, data: Path, further: Path | None) -> Training:
    """Returns what a run trained on and with, from its settings and its trees.

    Raises:
        DataError: The folder holds no finished run, or the trees are not those it trained on.
    """
    path = folder / "settings.json"
    if not path.is_file():
        raise DataError(
            f"There is no run in {folder}: it has no settings.json. Name it with --run."
        )
    if not (folder / "model" / WEIGHTS_FILE).is_file():
        raise DataError(
            f"The run in {folder} is not finished, it has no model yet: go on with it by "
            "train/train.py --resume."
        )
    settings = json.loads(path.read_text(encoding="utf-8"))
    # One process averages what any number of them trained.
    settings.pop("processes", None)
    names = {field.name for field in fields(Recipe)}
    recipe = recipe_from({key: settings[key] for key in names & settings.keys()}, str(path))
    pictures = read_tree(data)
    recorded = Parts.load(folder)
    if recorded is None:
        drawn = parts_of(pictures, settings["split"], data)
        named = list(zip(pictures, drawn, strict=True))
        train, validation = (
            readable(data, [picture for picture, part in named if part == wanted])
            for wanted in ("train", "validation")
        )
    else:
        train, validation = (
            recorded.found(data, part, pictures) for part in ("train", "validation")
        )
    movements = movements_in(train)
    more = []
    if further is not None:
        more = further_of_split(further, settings["split"], pictures, train, movements)
        more = readable(further, more)
    training = Training(
        recipe=recipe,
        recipe_name=settings["recipe"],
        split=settings["split"],
        directory=data,
        movements=movements,
        train=(*train, *more),
        validation=tuple(validation),
        device="cpu",
        out=folder,
        parts=recorded or NO_PARTS,
        further=further,
    )
    # JSON has lists where settings have tuples.
    if json.loads(json.dumps(training.settings)) != settings:
        raise DataError(
            f"{folder} was trained on other pictures: give the --data and --further of that run."
        )
    return training


def main() -> None:
    """Averages one run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, required=True, help="folder that train.py wrote")
    parser.add_argument("--data", type=Path, required=True, help="the Pandora18K tree")
    parser.add_argument("--further", type=Path, help="the further pictures, if it had them")
    parser.add_argument("--weights", type=Path, required=True, help="ImageNet backbone")
    parser.add_argument(
        "--shares",
        type=lambda text: [float(each) for each in text.split(",")],
        default=[0.0, 0.2, 0.3, 0.4, 0.5],
        help="shares of the ImageNet weights to try",
    )
    arguments = parser.parse_args()
    if not all(0 <= share <= 1 for share in arguments.shares):
        raise DataError(f"--shares are {arguments.shares}; each must lie between 0 and 1.")

    imagenet = load_weights(arguments.weights)
    training = read_run(arguments.run, arguments.data, arguments.further)

    import timm

    network = timm.create_model(f"local-dir:{arguments.run / 'model'}", pretrained=True)
    tried = best_average(training, network, imagenet, arguments.shares)
    best = max(tried, key=lambda fit: fit.accuracy)
    print(f"Kept a share of {best.share:.2f}: {best.accuracy:.2%} on validation")
    with written_whole(arguments.run / "averaging.json") as path:
        path.write_text(json.dumps([vars(fit) for fit in tried], indent=2) + "\n", "utf-8")
    second_branch = arguments.weights if has_first_blocks_of(network, imagenet) else None
    if second_branch is None:
        print("The run did not keep the first blocks of the ImageNet weights: no second branch")
    averaging = {"imagenet_share": best.share}
    export(training, network, arguments.run / "averaged", averaging, second_branch)


if __name__ == "__main__":
    run(main)
