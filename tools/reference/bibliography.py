"""The page of all sources, gathered from the chapters that cite them."""

import re
from collections import defaultdict

from tools import markdown
from tools.unchanged import ROOT

ENTRY = re.compile(r"^- (.+)$", re.MULTILINE)
DOI = re.compile(r"\[doi:([^\]]+)\]")


class BibliographyError(ValueError):
    """One source, written in two ways."""


def entries(sources: list[markdown.Source]) -> dict[str, tuple[str, list[markdown.Source]]]:
    """By DOI, or by the text where there is none: the text, and the chapters that cite it."""
    texts: dict[str, str] = {}
    cited: dict[str, list[markdown.Source]] = defaultdict(list)
    for source in sources:
        for part in source.of("prose"):
            if part.section != "Sources":
                continue
            for match in ENTRY.finditer(part.text):
                text = match[1].strip()
                doi = DOI.search(text)
                key = doi[1].lower() if doi else text
                if texts.setdefault(key, text) != text:
                    where = source.place(part, match.start())
                    raise BibliographyError(
                        f"{where}: {text}\n  {cited[key][0].path.name} writes: {texts[key]}"
                    )
                cited[key].append(source)
    return {key: (text, cited[key]) for key, text in texts.items()}


def surname(text: str) -> str:
    """What an entry is sorted by: the last word of its first author, then the rest."""
    first = text.partition(",")[0].partition(" and ")[0]
    return f"{first.split()[-1].lower()} {text}"


def page() -> str:
    found = entries(markdown.sources(ROOT))
    lines = [
        "# Bibliography\n",
        f"{len(found)} sources, and the chapters that cite them.\n",
    ]
    for text, citing in sorted(found.values(), key=lambda each: surname(each[0])):
        links = [f"[{each.title}](../chapters/{each.path.stem}.ipynb)" for each in citing]
        lines.append(f"- {text}\n\n  Cited in {'; '.join(links)}.\n")
    return "\n".join(lines)
