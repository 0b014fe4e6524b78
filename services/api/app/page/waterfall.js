// An explanation as a waterfall: from a typical row, field by field, to the answer.
import { at, drawn, element } from "./dom.js";
import { digitsOf, percent } from "./display.js";

// Each part is the difference of rounded running totals, so that what is read adds up to what is read.
function steps({ baseline, contributions, prediction }, digits) {
  const whole = (value) => Math.round(value * 10 ** digits) / 10 ** digits;
  let running = baseline;
  let from = whole(baseline);
  const entries = Object.entries(contributions);
  return entries.map(([name, part], place) => {
    running += part;
    const to = whole(place === entries.length - 1 ? prediction : running); // a sum's last bits are not the answer's
    const step = { name, from, to, part: whole(to - from) };
    from = to;
    return step;
  });
}

export function showWaterfall(explanation, row, { target }, display) {
  const { baseline, prediction, category } = explanation;
  const measured =
    category === null ? target : { unit: `log odds of ${display.name(target, category)}`, format: { digits: 2 } };
  const digits = digitsOf(prediction, measured);
  const made = steps(explanation, digits);
  const values = [baseline, prediction, ...made.flatMap(({ from, to }) => [from, to])];
  const least = Math.min(...values);
  const width = Math.max(...values) - least || 1;
  const place = (value) => `${(100 * (value - least)) / width}%`;
  const figure = (value, options = {}) => display.number(value, measured, digits, { fixed: true, ...options });
  const line = (kind, label, from, to, shown) =>
    element(
      "li",
      { className: kind },
      label,
      drawn("track", { "--from": place(Math.min(from, to)), "--to": place(Math.max(from, to)) }, drawn("bar")),
      element("span", { className: "figure" }, shown),
    );
  const end = (name) => element("span", { className: "name" }, name);

  at("why").hidden = false;
  at("why-unit").textContent = display.unit(measured) ? `In ${display.unit(measured)}.` : "";
  at("waterfall").replaceChildren(
    line("end", end("A typical row"), least, baseline, figure(baseline)),
    ...made.map(({ name, from, to, part }) =>
      line(kindOf(part), label(name, row, display), from, to, figure(part, { signDisplay: "exceptZero" })),
    ),
    line("end", end("This row"), least, prediction, figure(prediction)),
  );
  at("why-end").textContent = category === null ? "" : oddsText(prediction, figure(prediction));
}

export function clearWaterfall(said) {
  at("why").hidden = !said;
  at("why-unit").textContent = said;
  at("waterfall").replaceChildren();
  at("why-end").textContent = "";
}

const kindOf = (part) => (part === 0 ? "none" : part > 0 ? "up" : "down");

function label(name, row, display) {
  const value = display.value(row[name], display.columns.get(name) ?? {});
  return element(
    "span",
    { className: "name" },
    display.labelOf(name),
    " ",
    element("span", { className: "quiet" }, value),
  );
}

const oddsText = (odds, shown) => `Log odds of ${shown} are a probability of ${percent(1 / (1 + Math.exp(-odds)))}.`;
