"""Title, author, language and licence into the file, and the file made small."""

import io

from pikepdf import Dictionary, Name, ObjectStreamMode, Pdf

from tools.pdf.assemble import Book


def finish(printed: bytes, book: Book) -> bytes:
    """The same pages. No date is kept, so that the same book gives the same file."""
    with Pdf.open(io.BytesIO(printed)) as pdf:
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
