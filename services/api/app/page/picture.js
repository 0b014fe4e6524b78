// An interval or probabilities as a picture, with the same in words.
import { drawn, element } from "./dom.js";
import { percent } from "./display.js";

const MARGIN = 0.25; // of the interval's width, on either side
const FEW = 6; // classes that are shown without being asked for

export function pictureOf(answer, contract, display) {
  return answer.interval ? range(answer, contract.target, display) : classes(answer, contract, display);
}

function range({ prediction, interval: { lower, upper, coverage } }, target, display) {
  const margin = (upper - lower) * MARGIN || 1;
  const place = (value) => `${(100 * (value - lower + margin)) / (upper - lower + 2 * margin)}%`;
  const share = Math.round(100 * coverage);
  return [
    drawn(
      "range",
      { "--from": place(lower), "--to": place(upper), "--at": place(prediction) },
      drawn("band"),
      drawn("point"),
    ),
    element(
      "p",
      { id: "interval" },
      `${share} % interval: `,
      element("strong", {}, `${display.number(lower, target)} to ${display.amount(upper, target)}`),
    ),
  ];
}

function classes({ prediction, probabilities, prediction_set: kept }, contract, display) {
  const name = (value) => display.name(contract.target, value);
  const all = Object.entries(probabilities);
  const sorted = all.length > FEW ? all.sort(([, one], [, other]) => other - one) : all;
  const row = ([value, share]) =>
    element(
      "li",
      { className: value === prediction ? "decided" : "" },
      element("span", {}, name(value)),
      drawn("share", { "--share": `${100 * share}%` }, drawn("fill")),
      element("span", { className: "figure" }, percent(share)),
    );
  const rest = sorted.slice(FEW).map(row);
  const more = rest.length
    ? [
        element(
          "details",
          {},
          element("summary", {}, `${rest.length} more`),
          element("ul", { className: "shares" }, ...rest),
        ),
      ]
    : [];
  const rule = ruleOf(contract, name);
  return [
    element("ul", { id: "probabilities", className: "shares" }, ...sorted.slice(0, FEW).map(row)),
    ...more,
    element("p", { id: "interval" }, "Not ruled out: ", element("strong", {}, kept.map(name).join("; "))),
    ...(rule ? [element("p", { className: "quiet" }, rule)] : []),
  ];
}

// The decided class need not be the most probable one: why not is said.
function ruleOf({ target, decision = {} }, name) {
  if (typeof decision.threshold === "number")
    return `“${name(target.positive)}” is the answer from ${percent(decision.threshold)} on.`;
  return decision.costs ? "The answer is the class with the least expected cost of a mistake." : "";
}
