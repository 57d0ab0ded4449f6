"""Web pages: the article by trafilatura, its date from the page's own marks."""

import json
import re
from collections.abc import Iterator
from typing import Any

from flows.errors import InputRejected
from flows.raw.decoding import decode
from flows.raw.languages import language_code
from flows.raw.publication import Published, date_from_url, parse_published
from flows.sources.plain import refuse_empty
from flows.sources.records import Metadata, RawText, metadata_from

HTML = "text/html"

HtmlElement = Any  # lxml ships no types

# Pages of news are below 2 MB. Beyond these bounds a parser's time and memory are not news but an attack.
MAX_PAGE_BYTES = 10_000_000
MAX_TAGS = 30_000
MAX_DEPTH = 200
# The parser compares each attribute of a tag with all before it: the sum of the squares of their numbers.
MAX_ATTRIBUTE_COMPARISONS = 200_000_000

_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9_:-]{2,30})""", re.IGNORECASE)
_XML_HEAD = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>", re.IGNORECASE)
_DOCTYPE = re.compile(r"\A\s*<!DOCTYPE[^\[>]{0,500}\[.{0,100000}?\]\s*>", re.IGNORECASE | re.DOTALL)
_PUBLISHED_META = (
    "article:published_time", "og:article:published_time", "article:published", "datepublished", "date", "dc.date",
    "dc.date.issued", "dcterms.created", "dcterms.date", "pubdate", "publishdate", "publish-date", "publish_date",
    "parsely-pub-date", "sailthru.date", "og:published_time", "og:pubdate", "rnews:datepublished",
    "citation_publication_date", "cxenseparse:recs:publishtime",
)  # fmt: skip
_BLOCKS = frozenset(
    "p div br li tr h1 h2 h3 h4 h5 h6 blockquote section article ul ol table figure header footer pre".split()
)


def looks_like_html(raw: bytes) -> bool:
    """Whether bytes of a file that is not named so are a web page."""
    head = raw[:1_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype html", b"<html"))


def read_html(raw: bytes, uri: str) -> RawText:
    """A web page: its article without navigation, with the title, date, authors and address it gives itself.

    Raises:
        InputRejected: Empty, no text, too large, nested too deep, or without an article.
    """
    refuse_empty(raw)
    if len(raw) > MAX_PAGE_BYTES:
        raise InputRejected(f"a page of {len(raw)} bytes; the limit is {MAX_PAGE_BYTES}", stage="read")
    declared = _CHARSET.search(raw[:5_000])
    decoded = decode(raw, declared=declared[1].decode("ascii") if declared else None)
    tree = _parse(decoded.text)
    # Before trafilatura prunes the tree.
    metadata = _metadata(tree)
    from trafilatura import bare_extraction

    page: Any = bare_extraction(
        tree, include_comments=False, include_tables=True, favor_recall=True, with_metadata=False, url=metadata.url
    )
    text = (page.text if page is not None else None) or ""
    if not text.strip():
        raise InputRejected("a page without text", stage="clean")
    # Each line that trafilatura gives is a paragraph.
    return RawText(uri, "\n\n".join(text.splitlines()), raw, HTML, decoded.encoding, metadata, decoded.note)


def plain_text(fragment: str) -> str:
    """The text of a fragment of HTML, as feeds carry it; its blocks become paragraphs.

    Raises:
        InputRejected: Beyond the bounds of a page.
    """
    pieces: list[str] = []
    for element in _parse(f"<div>{fragment}</div>").iter():
        if not isinstance(element.tag, str) or element.tag in ("script", "style"):
            pieces.append(element.tail or "")
            continue
        pieces.append(("\n\n" if element.tag in _BLOCKS else "") + (element.text or ""))
        if not len(element):
            pieces += _tails(element)
    return "".join(pieces).replace("\r", "")


def _tails(element: HtmlElement) -> list[str]:
    """The texts after an element and after each ancestor that it ends."""
    tails = []
    node: HtmlElement | None = element
    while node is not None:
        tails.append(("\n\n" if node.tag in _BLOCKS and node.tail else "") + (node.tail or ""))
        if node.getnext() is not None:
            break
        node = node.getparent()
    return tails


def _parse(text: str) -> HtmlElement:
    """The tree of a page, refused where it is out of proportion.

    Entities that the page declares itself are not read: the HTML parser knows none, and the
    declaration is cut out before it.
    """
    from lxml import etree
    from lxml.html import HTMLParser, document_fromstring

    tags = text.count("<")
    if tags > 4 * MAX_TAGS:
        raise InputRejected(f"a page of {tags} tags; the limit is {4 * MAX_TAGS}", stage="read")
    if _has_many_attributes(text):
        raise InputRejected("a page with a tag of too many attributes", stage="read")
    bare = _DOCTYPE.sub("", _XML_HEAD.sub("", text.replace("\0", ""), count=1), count=1)
    try:
        tree = document_fromstring(bare, parser=HTMLParser(remove_comments=True, remove_pis=True, huge_tree=False))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise InputRejected(f"no HTML: {str(error).splitlines()[0][:100]}", stage="clean") from error
    _refuse_deep(tree)
    return tree


def _has_many_attributes(text: str) -> bool:
    """Counted from each ``<`` to the last ``>`` before the next: at least all that is inside tags."""
    bare = "".join(_outside_scripts(text))
    inside = (piece.rpartition(">")[0] if ">" in piece else piece for piece in bare.split("<"))
    return sum(len(tag.split()) ** 2 for tag in inside) > MAX_ATTRIBUTE_COMPARISONS


def _outside_scripts(text: str) -> Iterator[str]:
    low = text.lower()
    position = 0
    while (start := low.find("<script", position)) >= 0 and (end := low.find("</script", start)) >= 0:
        yield text[position:start]
        position = end
    yield text[position:]


def _refuse_deep(tree: HtmlElement) -> None:
    # Walked without recursion: it is recursion that a deep tree would break later on.
    from lxml.etree import iterwalk

    depth = count = 0
    for event, _ in iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > MAX_DEPTH or count > MAX_TAGS:
            raise InputRejected(
                f"a page of more than {MAX_TAGS} elements or nested deeper than {MAX_DEPTH}", stage="read"
            )


def _metadata(tree: HtmlElement) -> Metadata:
    meta = _meta(tree)
    linked = _linked_data(tree)
    url = _first(meta.get("og:url"), next(iter(tree.xpath("//link[@rel='canonical']/@href")), None), linked.get("url"))
    if url is not None and not url.lower().startswith(("http://", "https://")):
        url = None
    title = _first(
        meta.get("og:title"),
        linked.get("headline"),
        meta.get("twitter:title"),
        tree.findtext(".//h1"),
        tree.findtext(".//title"),
    )
    publisher = linked.get("publisher")
    authors = linked.get("author") or meta.get("author") or meta.get("article:author")
    if isinstance(authors, str) and "://" in authors:
        authors = None
    given = metadata_from({
        "title": title, "url": url, "authors": authors,
        "publisher": _first(meta.get("og:site_name"), publisher, meta.get("publisher"), meta.get("application-name")),
    })  # fmt: skip
    language = language_code(tree.get("lang") or meta.get("og:locale") or meta.get("content-language"))
    return Metadata(
        title=given.title, url=given.url, authors=given.authors, publisher=given.publisher, language=language,
        published=_published(tree, meta, linked, url),
    )  # fmt: skip


def _published(tree: HtmlElement, meta: dict[str, str], linked: dict[str, Any], url: str | None) -> Published | None:
    stated = [linked.get("datePublished"), *(meta.get(name) for name in _PUBLISHED_META)]
    stated += tree.xpath("//time[@pubdate or contains(@itemprop, 'datePublished')]/@datetime")
    stated += tree.xpath("//*[@itemprop='datePublished']/@content")
    for value in stated:
        found = parse_published(value) if isinstance(value, str) else None
        if found is not None:
            return found
    # An address with its day is sound; htmldate would read the same out of it, or worse, a date in the text.
    if date_from_url(url) is not None:
        return None
    from htmldate import find_date

    return parse_published(find_date(tree, extensive_search=False, original_date=True))


def _meta(tree: HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        content = (element.get("content") or "").strip()
        if name and content:
            found.setdefault(name.strip().lower(), content)
    return found


def _linked_data(tree: HtmlElement) -> dict[str, Any]:
    """What a page's JSON-LD says of its article: the first object with a headline or a date of publication."""
    for block in tree.xpath("//script[@type='application/ld+json']/text()")[:10]:
        try:
            data = json.loads(block[:500_000])
        except (ValueError, RecursionError):
            continue
        for item in _objects(data):
            if "datePublished" in item or "headline" in item:
                return {
                    "headline": item.get("headline"), "datePublished": item.get("datePublished"),
                    "url": item.get("url"), "publisher": _name(item.get("publisher")),
                    "author": _names(item.get("author")),
                }  # fmt: skip
    return {}


def _objects(data: Any) -> list[dict[str, Any]]:
    listed = data if isinstance(data, list) else [data]
    found = [item for item in listed if isinstance(item, dict)]
    for item in list(found):
        graph = item.get("@graph")
        found += [part for part in graph if isinstance(part, dict)] if isinstance(graph, list) else []
    return found[:100]


def _name(value: Any) -> str | None:
    value = value.get("name") if isinstance(value, dict) else value
    return value if isinstance(value, str) else None


def _names(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [name for name in map(_name, listed) if name]


def _first(*values: Any) -> str | None:
    return next((value for value in values if isinstance(value, str) and value.strip()), None)
