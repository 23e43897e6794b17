"""The stand-in for the instance metadata service."""

from __future__ import annotations

import json
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.ray.imds import MetadataService

MINE, OTHER = "10.0.0.21", "10.0.0.22"
PATH = "/latest/meta-data/local-ipv4"


@pytest.fixture
def service(tmp_path: Path) -> MetadataService:
    file = tmp_path / "metadata.json"
    file.write_text(
        json.dumps({MINE: {"local-ipv4": MINE, "iam/security-credentials/node": "{}"}, OTHER: {"local-ipv4": OTHER}}),
        encoding="utf-8",
    )
    return MetadataService(file)


def token(service: MetadataService, address: str = MINE) -> str:
    status, made = service.new_token(address, "60")
    assert status == HTTPStatus.OK
    return made


def test_answers_with_a_token_of_its_own(service: MetadataService) -> None:
    assert service.read(MINE, PATH, token(service)) == (HTTPStatus.OK, MINE)
    assert service.read(OTHER, PATH, token(service, OTHER)) == (HTTPStatus.OK, OTHER)


def test_refuses_without_a_token_or_with_that_of_another(service: MetadataService) -> None:
    for given in (None, "made-up", token(service, OTHER)):
        assert service.read(MINE, PATH, given) == (HTTPStatus.UNAUTHORIZED, "")


@pytest.mark.parametrize("lifetime", [None, "", "0", "21601", "long"])
def test_a_token_needs_a_lifetime(service: MetadataService, lifetime: str | None) -> None:
    assert service.new_token(MINE, lifetime) == (HTTPStatus.BAD_REQUEST, "")


def test_lists_folders_and_knows_no_notice_until_there_is_one(service: MetadataService) -> None:
    mine = token(service)
    assert service.read(MINE, "/latest/meta-data/iam/security-credentials/", mine) == (HTTPStatus.OK, "node")
    assert service.read(MINE, "/latest/meta-data/", mine) == (HTTPStatus.OK, "iam\nlocal-ipv4")
    assert service.read(MINE, "/latest/meta-data/spot/instance-action", mine) == (HTTPStatus.NOT_FOUND, "")
