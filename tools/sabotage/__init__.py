"""Plant one error at a time in a copy of the book, and see whether the checks find it.

`python -m tools.sabotage` draws plants over the whole book by a seed. A plant is what an author
might do by mistake: in prose it is made in the source and carried into the notebook, as
`make notebooks` would; in a cell the outputs stay as they were, as if the error had come in
after the last run. Each is judged by those checks of `make test` that can see it.

What is not planted, because no machine can tell: an error in words, in a single number of one
digit, in a bare name within a sentence ($p_y$ for $p_k$), in what an example chooses (`dim=0`),
in a shape (`(N, K)`): which axis is which is a convention, and no call in a cell says it.
"""
