"""HTML as a list of tags and texts: enough to ask whether a page is what it should be, by the standard library."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

__all__ = ["Page", "Tag", "page_of"]


@dataclass(frozen=True)
class Tag:
    name: str
    attributes: dict[str, str]


@dataclass
class Page:
    tags: list[Tag] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def all(self, name: str) -> list[Tag]:
        return [tag for tag in self.tags if tag.name == name]

    def values(self, attribute: str) -> list[str]:
        return [tag.attributes[attribute] for tag in self.tags if attribute in tag.attributes]


def page_of(text: str) -> Page:
    page = Page()

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            page.tags.append(Tag(tag, {name: value or "" for name, value in attrs}))

        def handle_data(self, data: str) -> None:
            page.texts.append(data)

    parser = Parser(convert_charrefs=True)
    parser.feed(text)
    parser.close()
    return page
