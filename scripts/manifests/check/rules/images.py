"""Images."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.cluster_yaml.lint.cluster import shown, text
from scripts.cluster_yaml.lint.commands import image_moves
from scripts.manifests.check.bundle import Bundle
from scripts.manifests.check.registry import Hit, rule

_IMAGES = "https://kubernetes.io/docs/concepts/containers/images/#image-names"


@rule("image-missing", _IMAGES)
def image_missing(bundle: Bundle) -> Iterator[Hit]:
    """A container of Ray has no image.

    Why: the definition does not require it; the API server refuses the pods that the operator makes of it.

    Want: an image with a tag.
    """
    for pod in bundle.pods:
        for container in pod.containers:
            if not text(container.fields.get("image")) and not _is_submitter(pod.document.kind, pod.place):
                yield Hit(pod.document, (*container.place, "image"), "none")


@rule("image-moves", _IMAGES)
def image_tag_moves(bundle: Bundle) -> Iterator[Hit]:
    """An image has no tag, or one that is given anew with time.

    Why: pods of today and tomorrow run different code, and with another Ray workers do not join.

    Want: a tag with a version, or a digest.
    """
    for pod in bundle.pods:
        for container in pod.containers:
            image = text(container.fields.get("image"))
            if image and image_moves(image):
                yield Hit(pod.document, (*container.place, "image"), shown(image))
    for spec in bundle.ray:
        image = text(spec.autoscaler.get("image"))
        if image and image_moves(image):
            yield Hit(spec.document, spec.at("autoscalerOptions", "image"), shown(image))


def _is_submitter(kind: str, place: tuple[str | int, ...]) -> bool:
    """Whether the operator gives the image that is missing."""
    return kind in ("RayJob", "RayCronJob") and place[-1] == "submitterPodTemplate"
