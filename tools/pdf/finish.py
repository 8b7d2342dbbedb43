"""Title, author, language and licence into the file, and the file made small."""

import io

from pikepdf import Dictionary, Name, ObjectStreamMode, Pdf

from tools.pdf.assemble import Book


def name_outline(pdf: Pdf, headings: list[str]) -> None:
    """Chromium takes the words as they are painted: twice, or without the space at a line end."""
    with pdf.open_outline() as outline:
        waiting = list(reversed(outline.root))
        for heading in headings:
            item = waiting.pop()
            item.title = heading
            waiting += reversed(item.children)
        assert not waiting, "the outline has more entries than the book has headings"


def finish(printed: bytes, headings: list[str], book: Book) -> bytes:
    """The same pages. No date is kept, so that the same book gives the same file."""
    with Pdf.open(io.BytesIO(printed)) as pdf:
        name_outline(pdf, headings)
        if "/Info" in pdf.trailer:
            del pdf.trailer["/Info"]
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=True) as metadata:
            metadata["dc:title"] = book.title
            metadata["dc:creator"] = [book.author]
            metadata["dc:description"] = book.subtitle
            metadata["dc:language"] = {book.language}
            metadata["dc:rights"] = f"© {book.year} {book.author}, {book.licence}"
            metadata["xmpRights:Marked"] = "True"
            metadata["xmpRights:WebStatement"] = book.licence_address
        pdf.Root.Lang = book.language
        pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        pdf.Root.PageMode = Name.UseOutlines
        written = io.BytesIO()
        pdf.save(
            written,
            object_stream_mode=ObjectStreamMode.generate,
            recompress_flate=True,
            deterministic_id=True,
        )
    return written.getvalue()
