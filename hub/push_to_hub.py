"""Uploads the model, the gallery or the page to the Hugging Face hub, or previews the upload.

    python hub/push_to_hub.py --repo-id user/name                   # look, touch no network
    python hub/push_to_hub.py --repo-id user/name --private --push  # upload
    python hub/push_to_hub.py --space user/name --out build/space   # the page, as a Space
    python hub/push_to_hub.py --data-set user/name --push           # the gallery, as a data set

The hub repository holds exactly README.md (our model_card.md), config.json, model.safetensors,
familiarity.safetensors, likeness.safetensors, metrics.json, the pictures that the card shows and,
if the model has them, second_branch.safetensors and statistics_head.safetensors. Both commands
print its name, visibility, files with sizes and SHA-256, and the card's front matter; the second
one then uploads exactly these files in one commit. `--push` needs a token with write access: `hf
auth login`, or the variable HF_TOKEN. Never pass a token as an argument: the process list and the
shell's history would show it.

`--space` builds a Gradio Space instead: the library, the page, the model, the gallery and their
requirements. `--out` keeps that folder, and `python app.py` in it serves the page as the hub would.
`--data-set` takes the files of the gallery that its README.md describes; pictures are not among
them.

Expected: about 25 MB, or 30 for a Space, in a few seconds on a home connection. Then the script
compares every file with the commit. If something is missing, refused or unreachable, it prints one
sentence and exits with status 2. The repository is then unchanged, or new and empty, unless the
sentence says otherwise.
"""

from __future__ import annotations

import argparse
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hub_answers import HubError, check_arrived, patiently, refusal
from space import stage_space

from pinacoteca.card_check import check_card
from pinacoteca.command_line import run
from pinacoteca.errors import DataError, ModelError
from pinacoteca.files import sha256_of
from pinacoteca.surroundings import (
    check_proxies,
    missing_certificates,
    missing_certificates_sentence,
)
from pinacoteca.swap import finish_swap

if TYPE_CHECKING:
    from huggingface_hub import HfApi

REPOSITORY = Path(__file__).resolve().parent.parent
CARD = REPOSITORY / "model_card.md"
MODEL_FILES = (
    "config.json",
    "confusion_matrix.png",
    "familiarity.safetensors",
    "likeness.safetensors",
    "metrics.json",
    "model.safetensors",
)
OPTIONAL_FILES = ("second_branch.safetensors", "statistics_head.safetensors")
# Without timeouts the hub's client waits for ever.
REACH_SECONDS = 10.0
TRANSFER_SECONDS = 120.0


@dataclass(frozen=True)
class Repository:
    """A repository on the hub.

    Attributes:
        name: The name, as user/name.
        kind: The hub's name for its type: "model", "space" or "dataset".
    """

    name: str
    kind: str


def main() -> None:
    """Stages and shows the hub repository; uploads it only with ``--push``."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument("--repo-id", metavar="USER/NAME", help="the model's name on the hub")
    target.add_argument("--space", metavar="USER/NAME", help="the page's name on the hub")
    target.add_argument("--data-set", metavar="USER/NAME", help="the gallery's name on the hub")
    parser.add_argument("--model", type=Path, default=REPOSITORY / "model", help="its folder")
    parser.add_argument(
        "--gallery", type=Path, default=REPOSITORY / "gallery", help="the gallery folder"
    )
    parser.add_argument("--card", type=Path, default=CARD, help="the card, which becomes README.md")
    parser.add_argument("--out", type=Path, metavar="DIR", help="keep the uploaded files here")
    parser.add_argument("--push", action="store_true", help="upload; without it, only show")
    parser.add_argument("--private", action="store_true", help="refuse a public repository")
    arguments = parser.parse_args()

    repository = _asked_for(arguments)
    check_repository_id(repository.name)
    if arguments.out is not None and arguments.out.exists():
        raise DataError(f"{str(arguments.out)!r} is there already; please name a new folder.")
    with TemporaryDirectory(prefix="pinacoteca-hub-") as folder:
        staged = Path(folder)
        if repository.kind == "space":
            stage_space(REPOSITORY, arguments.model, arguments.gallery, staged)
        elif repository.kind == "dataset":
            # Imported late: it needs numpy, which is slow to import, and the other uploads do not.
            from data_set import stage_data_set

            stage_data_set(arguments.gallery, staged)
        else:
            stage(arguments.model, arguments.card, staged)
        show(repository.name, arguments.private, staged)
        if arguments.out is not None:
            keep(staged, arguments.out)
        if arguments.push:
            print(f"Uploaded: {upload(repository, arguments.private, staged)}")
        else:
            print("Nothing was uploaded; add --push to upload.")


def _asked_for(arguments: argparse.Namespace) -> Repository:
    if arguments.space:
        return Repository(arguments.space, "space")
    if arguments.data_set:
        return Repository(arguments.data_set, "dataset")
    return Repository(arguments.repo_id, "model")


def keep(staged: Path, out: Path) -> None:
    """Copies a staged folder to a new folder, atomically."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as folder:
        copy = Path(folder) / out.name
        shutil.copytree(staged, copy)
        copy.rename(out)


def check_repository_id(repository_id: str) -> None:
    """Checks the hub's rules for names, because its client's own errors are less plain.

    Raises:
        HubError: The name is not of the form user/name, or has characters that the hub forbids.
    """
    part = r"[A-Za-z0-9_]([A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?"
    well_formed = re.fullmatch(f"{part}/{part}", repository_id) is not None
    if not well_formed or re.search(r"--|\.\.|\.git$", repository_id):
        raise HubError(
            f"{repository_id!r} is no name of a hub repository; please give user/name, each of "
            "letters, digits and single '-', '_' or '.' between them."
        )


def stage(model: Path, card: Path, folder: Path) -> None:
    """Copies exactly the files of the hub repository into an empty folder.

    Raises:
        ModelError: The model folder lacks a file.
        DataError: The card is missing, has no front matter, is of another model, or links to files
            that the hub would not have.
    """
    finish_swap(model)
    missing = [name for name in MODEL_FILES if not (model / name).is_file()]
    if missing:
        raise ModelError(
            f"The model folder {str(model)!r} lacks {', '.join(missing)}; "
            "please train and evaluate a model into it first."
        )
    if not card.is_file():
        raise DataError(f"There is no card at {str(card)!r}; please write it first.")
    check_card(card, front_matter_of(card), model)
    optional = {name for name in OPTIONAL_FILES if (model / name).is_file()}
    for name in {*MODEL_FILES, *optional, *linked_files(card, model)}:
        shutil.copyfile(model / name, folder / name)
    shutil.copyfile(card, folder / "README.md")


def linked_files(card: Path, model: Path) -> list[str]:
    """Returns the files of the model folder that a card shows or links to.

    Raises:
        DataError: A link leads to another file, so that it would be broken on the hub.
    """
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", card.read_text(encoding="utf-8"))
    names = [target for target in targets if not re.match(r"[a-z]+:", target)]
    lost = [name for name in names if "/" in name or not (model / name).is_file()]
    if lost:
        raise DataError(
            f"The card {str(card)!r} links to {', '.join(lost)}, which the hub would not have: "
            f"link to files of {str(model)!r} by name, and to everything else by its address."
        )
    return names


def front_matter_of(card: Path) -> str:
    """Returns the YAML between the two ``---`` lines that open a card.

    Raises:
        DataError: There is none, or it is not a YAML mapping.
    """
    import yaml

    found = re.match(r"---\n(.*?\n)---\n", card.read_text(encoding="utf-8"), re.DOTALL)
    if found is None:
        raise DataError(
            f"The card {str(card)!r} has no front matter; "
            "please open it with a '---' line, the licence and tags as YAML, and a '---' line."
        )
    front_matter = found[1]
    try:
        well_formed = isinstance(yaml.safe_load(front_matter), dict)
    except yaml.YAMLError:
        well_formed = False
    if not well_formed:
        raise DataError(
            f"The front matter of the card {str(card)!r} is not a YAML mapping; "
            "please write it as 'key: value' lines."
        )
    return front_matter


def show(repository_id: str, private: bool, folder: Path) -> None:
    """Prints a description of the future hub repository."""
    print(f"Repository: {repository_id}")
    print(f"Visibility: {'private' if private else 'public, unless it exists and is private'}")
    print("Files:")
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        print(f"  {name:<34} {path.stat().st_size:>12,} bytes  sha256 {sha256_of(path)}")
    print("Front matter:")
    print(front_matter_of(folder / "README.md"))


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def upload(repository: Repository, private: bool, folder: Path) -> str:
    """Uploads a staged folder in one commit, after the hub has confirmed the visibility.

    Returns:
        The address of the commit.

    Raises:
        HubError: There is no token or no network, or the hub refuses.
    """
    from huggingface_hub import CommitOperationAdd, HfApi, get_session
    from huggingface_hub.errors import (
        HfHubHTTPError,
        LocalTokenNotFoundError,
        OfflineModeIsEnabled,
    )

    # Its HTTP library is httpx2 in huggingface_hub 2 and httpx in 1; this name fits both.
    from huggingface_hub.utils import httpx

    if missing := missing_certificates():
        raise HubError(f"{missing_certificates_sentence(missing)}.")
    check_proxies()
    hub = HfApi(library_name="pinacoteca")
    try:
        get_session().timeout = REACH_SECONDS
        patiently(hub.whoami)
        get_session().timeout = TRANSFER_SECONDS
        patiently(lambda: _make_visible_as_asked(hub, repository, private))
        # Unlike upload_folder, this lets the hub check the card before the weights are sent, and
        # always makes a single commit.
        commit = patiently(
            lambda: hub.create_commit(
                repository.name,
                [
                    CommitOperationAdd(path.relative_to(folder).as_posix(), path)
                    for path in _files(folder)
                ],
                commit_message=_message(folder),
                repo_type=repository.kind,
            )
        )
    except LocalTokenNotFoundError as error:
        raise HubError(
            "There is no token of the hub; please run 'hf auth login', "
            "or set HF_TOKEN to a token that may write."
        ) from error
    except OfflineModeIsEnabled as error:
        raise HubError("The hub's client is offline; please unset HF_HUB_OFFLINE.") from error
    except HfHubHTTPError as error:
        raise HubError(refusal(error, repository.name)) from error
    except httpx.TransportError as error:
        raise HubError(
            f"The hub at {hub.endpoint} cannot be reached ({type(error).__name__}); "
            "please check the network and repeat the command."
        ) from error
    except (OSError, ValueError, RuntimeError) as error:
        # The hub rejected the card, or a transfer broke off inside the client.
        reason = " ".join(str(error).split())
        raise HubError(f"The upload failed and nothing was committed: {reason}") from error
    try:
        patiently(lambda: check_arrived(hub, repository.name, repository.kind, folder, commit.oid))
    except (HfHubHTTPError, httpx.TransportError) as error:
        raise HubError(
            f"{commit.commit_url} was made, but the hub did not return it for the check "
            f"({type(error).__name__}); please check its files yourself."
        ) from error
    return commit.commit_url


def _message(folder: Path) -> str:
    for what, name in (("Model", "model.safetensors"), ("Embeddings", "embeddings.safetensors")):
        for path in folder.rglob(name):
            return f"{what} {sha256_of(path)[:12]}"
    raise ValueError(f"{folder} has neither weights nor embeddings")


def _make_visible_as_asked(hub: HfApi, repository: Repository, private: bool) -> None:
    """Creates the repository if there is none, and refuses a public one if --private was given.

    The hub ignores the option if the repository exists, and an organisation may override it for a
    new one. So the visibility is read back before anything is uploaded.
    """
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    name, kind = repository.name, repository.kind
    try:
        there = hub.repo_info(name, repo_type=kind)
        is_private = there.private
        state = "exists already"
        if there.id.lower() != name.lower():
            raise HubError(
                f"{name} was renamed to {there.id}; nothing was uploaded. Please give the new name."
            )
    except GatedRepoError:
        # The repository exists, but the hub's client reports it as not found.
        raise
    except RepositoryNotFoundError:
        hub.create_repo(
            name,
            private=private,
            exist_ok=True,
            repo_type=kind,
            space_sdk="gradio" if kind == "space" else None,
        )
        is_private = hub.repo_info(name, repo_type=kind).private
        state = "was created"
    if private and not is_private:
        raise HubError(
            f"{name} {state} and is public, though --private was asked for; nothing was "
            "uploaded. Please make it private in its settings, or leave --private out."
        )
    audience = "private" if is_private else "public: everyone will see this upload"
    print(f"{name} {state} and is {audience}.")


if __name__ == "__main__":
    run(main)
