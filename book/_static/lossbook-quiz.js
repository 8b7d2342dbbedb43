/* Makes a form of each quiz that tools/sphinx_ext/lossbook_quizzes.py marked in the page.
   Nothing is stored and nothing is counted. Without this script the page shows the same words:
   the question, the options as a list, the fold with what is to be said of each answer. */

"use strict";

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/* −0.5, 1,000, 0,5, 1/3, 1e-7 and 67 % are numbers too. */
function parse(text) {
  let plain = text.replace(/[\s%]/g, "").replace(/−/g, "-");
  plain = /^[-+]?\d{1,3}(,\d{3})+(\.\d*)?$/.test(plain) ? plain.replace(/,/g, "") : plain.replace(",", ".");
  const [over, under, ...more] = plain.split("/");
  if (!plain || more.length) return NaN;
  return under === undefined ? Number(over) : Number(over) / (under ? Number(under) : NaN);
}

/* The content of a list item, which may hold typeset mathematics. */
const content = (item) => [...(item.querySelector(":scope > p") ?? item).childNodes];

function build(quiz, number) {
  const fold = quiz.querySelector("details.predict");
  const question = quiz.querySelector(".quiz-question");
  const options = quiz.querySelector(".quiz-options");
  const feedback = [...quiz.querySelectorAll(".quiz-feedback > li")];
  const right = Number(quiz.dataset.right);
  const said = element("div", { role: "status", class: "quiz-said" });
  const fieldset = element("fieldset", {}, element("legend", {}, question.lastElementChild));
  const form = element("form", { autocomplete: "off" }, fieldset);
  let answer;

  if (options) {
    [...options.children].forEach((option, n) => {
      const radio = element("input", { type: "radio", name: `quiz-${number}`, value: n });
      fieldset.append(element("label", {}, radio, element("span", {}, ...content(option))));
    });
    options.remove();
    answer = () => {
      const chosen = fieldset.querySelector("input:checked");
      if (!chosen) return { ask: "Choose an answer first." };
      return { item: Number(chosen.value) };
    };
  } else {
    const input = element("input", { type: "text", inputmode: "decimal" });
    fieldset.append(element("label", {}, "Your number ", input));
    const ranges = JSON.parse(quiz.dataset.ranges);
    answer = () => {
      const value = parse(input.value);
      if (Number.isNaN(value)) return { ask: "Type a number first, such as 0.5 or 1e-7." };
      const inside = ([low, high]) => low <= value && value <= high;
      const found = inside(ranges[right]) ? right : ranges.findIndex(inside);
      if (found >= 0) return { item: found };
      const side = value > ranges[right][1] ? "large" : "small";
      return { item: right, before: `${input.value.trim()} is too ${side}. ` };
    };
  }
  fieldset.append(element("button", { type: "submit" }, "Answer"));

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { ask, item, before = "" } = answer();
    said.className = "quiz-said";
    if (ask) {
      said.replaceChildren(ask);
      return;
    }
    said.classList.add(item === right && !before ? "right" : "wrong");
    said.replaceChildren(before, ...content(feedback[item]).map((node) => node.cloneNode(true)));
    feedback.forEach((line, n) => { line.hidden = n === item; }); // it stands above the fold now
    fold.open = true;
  });

  fold.before(form, said);
  if (!question.textContent.trim()) question.remove();
}

document.querySelectorAll(".quiz").forEach(build);
