"""The pages: complete, connected, harmless, and the same whenever and wherever they are written."""

import os
import posixpath
import re
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from eventpact.catalog import Catalog, read_catalog, render_site
from eventpact.contract import load_manifest
from eventpact_compat.gate import Folders
from tests.catalog.pages import Page, page_of
from tests.catalog.repository import HOSTILE, ORDER, Repository, field

ROOT = Path(__file__).parents[2]
URL_ATTRIBUTES = ("href", "src", "srcset", "data", "action", "poster", "xlink:href")
REMOTE = re.compile(r"""(?:https?:)?//[a-z0-9]""", re.IGNORECASE)


def ours() -> Catalog:
    return read_catalog(
        load_manifest(ROOT / "schemas" / "contracts.toml"), Folders.below(ROOT / "compat"), title="Events"
    )


def shop(root: Path, **hostile: str) -> Catalog:
    repository = Repository(root / "shop", **hostile)
    repository.release()
    repository.write([*ORDER, field("note", ["null", "string"], default=None)])
    return repository.catalog(title=f"Shop {hostile.get('docs', '')}")


@pytest.fixture(scope="module", params=["ours", "shop", "hostile"])
def catalog(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    match request.param:
        case "ours":
            return ours()
        case "shop":
            return shop(tmp_path_factory.mktemp("shop"))
        case _:
            owner = "<script>alert(3)</script>"
            return shop(tmp_path_factory.mktemp("hostile"), docs=HOSTILE, name="../x/<b>y</b>", owner=owner)


@pytest.fixture(scope="module")
def site(catalog: Catalog) -> dict[str, str]:
    return render_site(catalog)


@pytest.fixture(scope="module")
def pages(site: dict[str, str]) -> dict[str, Page]:
    return {path: page_of(text) for path, text in site.items() if path.endswith(".html")}


def test_every_link_leads_to_a_place_in_the_site(site: dict[str, str], pages: dict[str, Page]) -> None:
    anchors = {path: set(page.values("id")) for path, page in pages.items()}
    links = [(path, url) for path, page in pages.items() for name in ("href", "src") for url in page.values(name)]
    broken = []
    for path, url in links:
        parts = urlsplit(url)
        target = (
            posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(parts.path))) if parts.path else path
        )
        if target not in site or (parts.fragment and unquote(parts.fragment) not in anchors[target]):
            broken.append((path, url))

    assert links
    assert broken == []


def test_every_page_is_linked(catalog: Catalog, pages: dict[str, Page]) -> None:
    linked = {posixpath.normpath(url) for url in pages["index.html"].values("href")}

    assert {entry.page for entry in catalog.entries} <= linked


def test_every_hit_of_the_search_leads_somewhere(catalog: Catalog, pages: dict[str, Page]) -> None:
    from eventpact.catalog.finding_aid import hits

    found = list(hits(catalog))
    lost = [
        hit
        for hit in found
        for path, _, anchor in [hit.page.partition("#")]
        if path not in pages or (anchor and anchor not in pages[path].values("id"))
    ]

    assert {hit.kind for hit in found} >= {"contract", "topic", "record", "field", "symbol", "group", "enum"}
    assert lost == []


def test_no_id_is_used_twice(pages: dict[str, Page]) -> None:
    for page in pages.values():
        assert [name for name, count in Counter(page.values("id")).items() if count > 1] == []
        assert not [name for name in page.values("id") if not name or re.search(r"\s", name)]


def test_what_names_another_element_names_one(pages: dict[str, Page]) -> None:
    for page in pages.values():
        named = {
            name
            for key in ("aria-labelledby", "aria-controls", "aria-describedby", "for")
            for value in page.values(key)
            for name in value.split()
        }

        assert named <= set(page.values("id"))


def test_nothing_is_loaded_from_anywhere_else(site: dict[str, str], pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        urls = [url for name in URL_ATTRIBUTES for url in page.values(name)]
        assert [url for url in urls if urlsplit(url).scheme or url.startswith("//")] == [], path
    code = "".join(text for path, text in site.items() if path.startswith("assets/") and path.endswith((".css", ".js")))
    code = code.replace(site["assets/search-index.js"], "")

    assert REMOTE.findall(code) == []
    assert "@import" not in code
    assert "fetch(" not in code


def test_every_contract_and_field_is_there(catalog: Catalog, pages: dict[str, Page]) -> None:
    for entry in catalog.entries:
        text, ids = pages[entry.page].text, pages[entry.page].values("id")
        facts = entry.subject.facts
        for said in (entry.name, facts.event, facts.topic, facts.level.name, str(facts.partitions), *entry.groups):
            assert said in text
        for section in entry.sections:
            assert section.anchor in ids
            assert all(symbol in text for symbol in section.symbols)
            assert all(row.anchor in ids and row.name in text for row in section.fields)


def test_a_fixed_says_its_size_and_what_it_is_once(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.write([*ORDER, field("sum", {"type": "fixed", "name": "Md5", "size": 16})])
    texts = page_of(render_site(repository.catalog())["contracts/orders.html"]).texts

    assert "fixed(16)" in texts[texts.index("Md5") :]
    assert "fixed fixed(16)" not in texts


def test_what_schemas_say_is_text_and_nothing_else(pages: dict[str, Page], site: dict[str, str]) -> None:
    for path, page in pages.items():
        scripts = [tag.attributes for tag in page.all("script")]
        assert [next(iter(script)) for script in scripts] == ["src"] * 3, path
        assert not [tag for tag in page.tags if tag.name in {"img", "b", "iframe", "object", "style"}], path
        assert not [name for tag in page.tags for name in tag.attributes if name.startswith("on") or name == "style"]
    assert not [path for path, text in site.items() if re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text)]


def test_a_hostile_doc_is_shown_as_it_is_written(tmp_path: Path) -> None:
    site = render_site(shop(tmp_path, docs=HOSTILE))
    shown = HOSTILE.replace("\x00", "\ufffd").replace("\x1b", "\ufffd")

    assert shown in page_of(site["contracts/orders.html"]).texts
    assert not {"<", ">", "&"} & set(site["assets/search-index.js"])
    assert site["assets/search-index.js"].isascii()


def test_personal_data_is_marked_and_masked(tmp_path: Path) -> None:
    entry = shop(tmp_path).entry("orders")
    row = next(row for section in entry.sections for row in section.fields if row.name == "street")

    assert (row.tags, entry.personal) == (("PII",), 1)
    assert '"street": "***"' in entry.examples[0].text


def test_the_site_needs_no_place_time_or_version(tmp_path: Path) -> None:
    """Two processes with other hash seeds, zones, folders and clocks' locales write the same bytes."""
    program = (
        "import hashlib, sys; from pathlib import Path; from tests.catalog.repository import Repository;"
        "from eventpact.catalog import render_site; repository = Repository(Path(sys.argv[1]) / 'shop');"
        "repository.release(); found = render_site(repository.catalog());"
        "print(hashlib.sha256(repr(found).encode()).hexdigest())"
    )
    digests = set()
    for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo")):
        folder = tmp_path / zone.replace("/", "-")
        folder.mkdir()
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": str(ROOT)}
        run = [sys.executable, "-c", program, str(folder)]
        digests.add(subprocess.run(run, cwd=folder, env=environment, check=True, capture_output=True).stdout)

    assert len(digests) == 1


def test_a_manifest_without_contracts_is_a_catalog_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "contracts.toml").write_text("version = 1\n")
    catalog = read_catalog(load_manifest(tmp_path / "contracts.toml"), Folders.below(tmp_path), title="None")

    assert "names no contract yet" in page_of(render_site(catalog)["index.html"]).text


def test_headings_go_down_one_by_one(pages: dict[str, Page]) -> None:
    for page in pages.values():
        levels = [int(tag.name[1]) for tag in page.tags if re.fullmatch("h[1-6]", tag.name)]

        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
