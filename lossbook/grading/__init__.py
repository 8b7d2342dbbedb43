"""Grade a folder of returned notebooks: `lossbook grade DIR --csv OUT`.

Three kinds of processes, and what each of them is trusted with:

- the run (`folder`) hands out notebooks and writes the table; it reads no notebook;
- a judge (`judging`) reads notebooks and judges answers; it runs no line of theirs;
- a stranger (`stranger`), one for each notebook, runs its cells and calls its answers. All that
  comes from there is plain data, and none of it is believed to be more than an answer.
"""
