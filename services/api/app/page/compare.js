// Several predictions side by side: their answers, and the fields in which they differ.
import { at, element } from "./dom.js";
import { moment } from "./display.js";
import { spread, spreadName } from "./recent.js";

// `form` is the row of the form with its answer, or null while it has none.
export function compare(chosen, form, contract, display) {
  const shown = [...(form ? [form] : []), ...chosen];
  at("compare").hidden = chosen.length === 0;
  if (chosen.length === 0) return;
  const head = shown.map((item) =>
    element("th", { scope: "col" }, item === form ? "The form now" : moment(item.created_at)),
  );
  const value =
    ({ name }) =>
    (item) =>
      item.input[name] ?? null;
  const line = (label, of, className = "") =>
    element(
      "tr",
      { className },
      element("th", { scope: "row" }, label),
      ...shown.map((item) => element("td", {}, of(item))),
    );
  const same = (column) => new Set(shown.map(value(column))).size === 1;
  const field = (column) => line(display.label(column), (item) => display.value(value(column)(item), column));
  const differ = contract.columns.filter((column) => !same(column));
  const count = contract.columns.length - differ.length;

  at("compare-head").replaceChildren(element("tr", {}, element("td"), ...head));
  at("compare-body").replaceChildren(
    line(display.label(contract.target), (item) => display.answer(item.prediction), "strong"),
    line(spreadName(contract), (item) => spread(item, contract, display)),
    line("True value", ({ actual }) => display.value(actual, contract.target)),
    ...differ.map(field),
  );
  at("compare-same").textContent =
    count === 0 ? "" : `${count} ${count === 1 ? "field is" : "fields are"} the same in all of them.`;
}
