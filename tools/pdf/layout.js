/* Runs in the page that is printed. Formulas are set, what is too wide is made to fit, and page
   numbers are filled in. */
"use strict";

window.MathJax = {
  options: { processHtmlClass: "math", enableAssistiveMml: false, enableMenu: false },
};

const LEAST = 0.55; // of its own size; smaller could not be read

/* The width that a thing has, and the width that it would like to have. */
function ask(thing) {
  const box = thing.parentElement.getBoundingClientRect();
  const style = getComputedStyle(thing.parentElement);
  const room = box.width - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  return [room, Math.max(thing.scrollWidth, thing.getBoundingClientRect().width)];
}

function shrink(thing) {
  let size = 1;
  for (let turn = 0; turn < 8; turn++) {
    const [room, wanted] = ask(thing);
    if (wanted <= room + 0.5 || size <= LEAST) return;
    size = Math.max(LEAST, Math.min(size * (room / wanted), size - 0.02));
    thing.style.zoom = size;
  }
}

/* Is a formula wider than the cell that it stands in? */
function wide(cell) {
  const formula = cell.querySelector("mjx-math");
  return formula && formula.getBoundingClientRect().width > cell.clientWidth + 1;
}

/* Smaller and smaller type, until it fits. */
function reduce(thing, tooWide) {
  for (let size = 0.95; tooWide() && size >= LEAST; size -= 0.05) thing.style.fontSize = `${size}em`;
}

/* A derivation that is too wide has its reasons below its lines, then smaller type. */
function fitDerivations() {
  for (const grid of document.querySelectorAll(".derivation")) {
    const cells = [...grid.querySelectorAll(".derivation-formula")];
    const tooWide = () => cells.some(wide);
    if (tooWide()) grid.classList.add("narrow");
    reduce(grid, tooWide);
  }
}

/* A displayed formula in a row with its number. */
function fitEquations() {
  for (const row of document.querySelectorAll("div.math")) {
    const formula = row.querySelector("mjx-container");
    if (formula) reduce(row, () => wide(formula));
  }
}

function fit() {
  fitEquations();
  fitDerivations();
  document.querySelectorAll("table").forEach(shrink);
}

/* Formulas: read aloud as their source. Their letters come from the style sheet, and such text
   gets no tag; so over each lies a picture of nothing, whose words are the source. */
function describe() {
  const nothing = "<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1' viewBox='0 0 1 1' "
    + "preserveAspectRatio='none'><path d='M0 0h1v1h-1z' fill='white' fill-opacity='.004'/></svg>";
  for (const item of MathJax.startup.document.math) {
    const picture = new Image();
    picture.src = `data:image/svg+xml,${encodeURIComponent(nothing)}`;
    picture.alt = item.math.trim();
    picture.className = "formula-words";
    item.typesetRoot.ariaLabel = picture.alt;
    item.typesetRoot.append(picture);
  }
}

function words(thing) {
  const formula = thing.closest("mjx-container");
  return (formula ? formula.ariaLabel : thing.textContent).trim().slice(0, 80);
}

/* What stands out of the paper at the right, and formulas that are none: to be mended by people. */
function faults() {
  const found = [];
  const columns = document.querySelectorAll("body > *");
  for (const column of columns) {
    const edge = column.getBoundingClientRect().right + 1;
    for (const thing of column.querySelectorAll("*")) {
      if (thing.closest("mjx-container") && thing.tagName !== "MJX-MATH") continue;
      const box = thing.getBoundingClientRect();
      const hidden = thing.scrollWidth > thing.clientWidth + 1 && thing.clientWidth > 0
        && getComputedStyle(thing).overflowX !== "visible";
      if ((box.width && box.right > edge) || hidden)
        found.push(`too wide for the paper: ${thing.tagName.toLowerCase()}.${thing.className} "${words(thing)}"`);
    }
  }
  for (const math of document.querySelectorAll(".math"))
    if (!math.querySelector("mjx-container")) found.push(`not set: ${math.textContent.slice(0, 60)}`);
  for (const error of document.querySelectorAll("mjx-merror, [data-mjx-error]"))
    found.push(`no formula: ${error.textContent.slice(0, 60)}`);
  for (const picture of document.images)
    if (!picture.complete || !picture.naturalWidth) found.push(`no picture: ${picture.alt}`);
  return [...new Set(found)];
}

/* Characters that no font here has, in place of which an empty box would be printed. */
function withoutFont() {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 40;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const draw = character => {
    pen.clearRect(0, 0, 40, 40);
    pen.font = `24px ${getComputedStyle(document.body).fontFamily}`;
    pen.fillText(character, 4, 30);
    return pen.getImageData(0, 0, 40, 40).data.join();
  };
  const box = draw("\u0378"); // no character at all, so no font has it
  const used = new Set(document.body.textContent.match(/[^\s\p{Cc}\p{Cf}]/gu));
  return [...used].filter(character => draw(character) === box);
}

async function layOut() {
  await MathJax.startup.promise;
  describe();
  await document.fonts.ready;
  await Promise.all([...document.images].map(picture => picture.decode().catch(() => {})));
  fit();
  const lacking = withoutFont();
  return [...faults(), ...(lacking.length ? [`no font here has ${lacking.join(" ")}; for Chinese on Debian: apt-get install fonts-noto-cjk`] : [])];
}

/* What the outline must say, in the order of the book. */
function headings() {
  return [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
    .map(heading => heading.textContent.replace(/\s+/g, " ").trim());
}

/* Page numbers, by the anchor that they are the page of. */
function fillIn(pages) {
  for (const place of document.querySelectorAll(".page-number"))
    place.textContent = place.dataset.before + (pages[place.dataset.to] ?? "000") + place.dataset.after;
}
