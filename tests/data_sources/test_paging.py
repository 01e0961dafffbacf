"""Page numbers, offsets and GraphQL: kinds of questions that no source here asks yet, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest

from data_sources.kit import paging
from data_sources.kit.errors import Refused
from data_sources.kit.http import Web, graphql
from tests.builders import NOW
from tests.data_sources.replay import Reply, Upstream


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream() as server:
        yield server


def web(upstream: Upstream) -> Web:
    return Web("It", upstream.url, now=NOW, zone=ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("kind", "name", "second"), [(paging.number(2), "page", "2"), (paging.offset(2, "startAt"), "startAt", "2")]
)
def test_a_page_that_is_not_full_is_the_last(upstream: Upstream, kind: paging.Paging, name: str, second: str) -> None:
    upstream.on("/rows", Reply([1, 2]), Reply([3], fault="last"))
    upstream.on("/rows?page=2", Reply([3], fault="last"))
    with web(upstream) as asked:
        assert [items for _, items in paging.pages(asked, kind, "/rows", {}, None)] == [[1, 2], [3]]
    assert upstream.fired("last") == 1
    assert upstream.log[-1].query == {name: second}


def test_a_count_that_is_ignored_does_not_go_on_for_ever(upstream: Upstream) -> None:
    upstream.on("/rows", Reply([1, 2], fault="again"))
    with web(upstream) as asked:
        assert [items for _, items in paging.pages(asked, paging.offset(2), "/rows", {}, None)] == [[1, 2], []]
    assert upstream.fired("again") == 2


def test_an_error_of_graphql_is_a_refusal_though_its_status_is_200(upstream: Upstream) -> None:
    upstream.on("/graphql", Reply({"data": {"issues": []}}), Reply({"errors": [{"message": "no such field"}]}))
    with web(upstream) as asked:
        assert graphql(asked, "/graphql", "{ issues }", {}) == {"issues": []}
        with pytest.raises(Refused, match="no such field"):
            graphql(asked, "/graphql", "{ issue }", {})
