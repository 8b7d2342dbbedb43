"""What is folded on the screen goes to where a reader of paper would look for it.

A question to decide ("predict") has its answer at the end of its chapter, with the output
that gives it away: far enough not to be seen, near enough to turn to. The solution of an
exercise stands at the end of the book. Each says where it came from, and each place says
where its answer went. All other folds are opened.
"""

from dataclasses import dataclass, field

from bs4 import BeautifulSoup, Tag

from tools.pdf.anchors import anchor, link, page_number


@dataclass
class Solution:
    """One exercise's, in pieces: text and cells in the order of the page."""

    exercise: str
    name: str
    origin: str
    pieces: list[Tag] = field(default_factory=list)


def classes(tag: Tag) -> list[str]:
    return list(tag.get("class") or [])


def is_solution(tag: Tag) -> bool:
    fold = tag.name == "details" and "solution" in classes(tag)
    return fold or (tag.name == "div" and "tag_solution" in classes(tag))


def is_prediction(tag: Tag) -> bool:
    return tag.name == "details" and "predict" in classes(tag)


def is_hidden_output(tag: Tag) -> bool:
    return tag.name == "details" and "below-input" in classes(tag)


def opened(soup: BeautifulSoup, fold: Tag) -> Tag:
    """A fold without its handle."""
    if summary := fold.find("summary", recursive=False):
        summary.decompose()
    box = soup.new_tag("div", attrs={"class": "opened"})
    for child in list(fold.contents):
        box.append(child.extract())
    return box


def pointer(soup: BeautifulSoup, name: str, target: str, words: str) -> Tag:
    """The line that stands where something was: `words` and the page it went to."""
    line = soup.new_tag("p", attrs={"class": "turn", "id": name})
    line.append(link(soup, target, words))
    line.append(page_number(soup, target, ", page\u00a0", ""))
    return line


def heading_of(tag: Tag) -> str:
    """The words of the heading that a tag stands under."""
    heading = tag.find_previous(["h2", "h3", "h4"])
    assert heading is not None, "a solution stands under no heading"
    return heading.get_text().removesuffix("#").strip()


def take_solutions(soup: BeautifulSoup, article: Tag, page: str) -> list[Solution]:
    """Remove the solutions from a chapter, one for each heading that has any."""
    found: list[Solution] = []
    section: Tag | None = None
    for tag in article.find_all(is_solution):
        under = tag.find_parent("section")
        if not found or under is not section:
            number = len(found) + 1
            name, origin = anchor(page, f"solution-{number}"), anchor(page, f"exercise-{number}")
            found.append(Solution(heading_of(tag), name, origin))
            tag.insert_before(pointer(soup, origin, name, "Solution"))
            section = under
        tag.extract()
        if tag.name == "details":
            found[-1].pieces.append(opened(soup, tag))
        else:
            for fold in tag.find_all("details", class_="hide"):
                fold.replace_with(opened(soup, fold))
            found[-1].pieces.append(tag)
    return found


def take_predictions(soup: BeautifulSoup, article: Tag, page: str, number: str) -> Tag | None:
    """Remove the answers from a chapter; a section that holds them, or None without any.

    An output that is folded goes with the last question of its section: it is the answer,
    printed.
    """
    section = soup.new_tag("section", attrs={"class": "answers", "id": anchor(page, "answers")})
    heading = soup.new_tag("h2")
    heading.string = "Answers to the questions"
    section.append(heading)
    count = 0
    asked: Tag | None = None
    answer: Tag | None = None
    for tag in article.find_all(lambda tag: is_prediction(tag) or is_hidden_output(tag)):
        under = tag.find_parent("section")
        if is_prediction(tag):
            count += 1
            label = f"{number}{chr(96 + count)}" if count <= 26 else f"{number}.{count}"
            name, origin = anchor(page, f"answer-{count}"), anchor(page, f"question-{count}")
            tag.insert_before(pointer(soup, origin, name, f"Decide, then turn to answer {label}"))
            answer = opened(soup, tag.extract())
            answer["class"], answer["id"] = "answer", name
            title = soup.new_tag("p", attrs={"class": "answer-title"})
            title.append(link(soup, origin, f"Answer {label}"))
            title.append(page_number(soup, origin, " to the question on page\u00a0", ""))
            answer.insert(0, title)
            section.append(answer)
            asked = under
        elif answer is not None and under is asked:
            place = soup.new_tag("p", attrs={"class": "turn"})
            place.append(link(soup, str(answer["id"]), "Output: with the answer"))
            tag.insert_before(place)
            answer.append(opened(soup, tag.extract()))
    return section if count else None


def open_folds(soup: BeautifulSoup, article: Tag) -> None:
    """What is left: code that the screen folds away, and folds of no kind."""
    for fold in article.find_all("details"):
        code = "above-input" in classes(fold)
        box = opened(soup, fold)
        box["class"] = "opened folded-code" if code else "opened"
        fold.replace_with(box)
