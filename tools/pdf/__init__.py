"""The whole book as one PDF: built pages -> one page -> Chromium -> _build/the-loss-book.pdf.

contents   the order of the pages, from _toc.yml
anchors    names and links that stay right when the pages become one
answers    what is folded on the screen goes to where a reader of paper would look for it
plain      what moves or is clicked becomes what can be printed
assemble   title, contents, parts, chapters, solutions: one page of HTML
press      Chromium prints it, until every page number in it is true
finish     title, author, language and licence into the file
"""
