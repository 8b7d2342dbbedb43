/* What a style sheet cannot do for a reader at the keyboard or with a screen reader.
   Without scripts everything is there, and scrolls, all the same. */

(() => {
  "use strict";

  const BOXES = {
    ".scrolls": "Figure, wider than the page",
    'div.math > mjx-container[display="true"]': "Formula, wider than the page",
    ".derivation-formula": "Formula, wider than the page",
    ".pst-scrollable-table-container": "Table, wider than the page",
    ".cell_output .text_html": "Table, wider than the page",
    "div.highlight pre": "Code, wider than the page",
    ".cell_output pre": "Output, wider than the page",
  };

  /* A box that is wider inside than outside takes the focus, so that the arrow keys scroll it,
     and says on which side there is more. */
  function mark(box, name) {
    const hidden = box.scrollWidth - box.clientWidth;
    const wide = hidden > 1 && box.clientWidth > 0;
    box.classList.toggle("more-left", wide && box.scrollLeft > 1);
    box.classList.toggle("more-right", wide && box.scrollLeft < hidden - 1);
    if (wide && box.tabIndex < 0) {  // the theme writes -1 while it is not wide
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", name);
    } else if (!wide && box.clientWidth > 0 && box.getAttribute("aria-label") === name) {
      for (const attribute of ["tabindex", "role", "aria-label"]) box.removeAttribute(attribute);
    }
  }

  function watch() {
    const names = new Map();
    const observer = new ResizeObserver((entries) => {
      for (const { target } of entries) mark(target, names.get(target));
    });
    for (const [selector, name] of Object.entries(BOXES)) {
      for (const box of document.querySelectorAll(`.bd-article ${selector}`)) {
        if (names.has(box)) continue;
        names.set(box, name);
        observer.observe(box);
        box.addEventListener("scroll", () => mark(box, name), { passive: true });
        for (const picture of box.querySelectorAll("img")) {
          picture.addEventListener("load", () => mark(box, name));
        }
      }
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const formulas = window.MathJax?.startup?.promise;
    if (formulas) formulas.then(watch);
    else watch();
  });
})();
