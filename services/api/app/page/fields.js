// One control for each column of the contract, in the contract's groups.
import { element } from "./dom.js";
import { capital, text } from "./display.js";
import { range } from "./wording.js";

const MANY = 12; // columns, from which on those without groups are told apart by kind
const KINDS = { category: "Characteristics", boolean: "Characteristics", date: "Dates", timestamp: "Dates" };

export function fields(columns, display) {
  const grouped = columns.some((column) => column.group);
  const kind = (column) => (columns.length > MANY ? (KINDS[column.type] ?? "Numbers") : "");
  const boxes = new Map(columns.filter((column) => column.group).map((column) => [column.group, []]));
  columns.forEach((column, number) => {
    const name = column.group ?? (grouped ? "Other" : kind(column));
    if (!boxes.has(name)) boxes.set(name, []);
    boxes.get(name).push(field(column, number, display));
  });
  return [...boxes].map(([name, made]) => {
    const grid = element("div", { className: "grid" }, ...made);
    return name ? element("fieldset", {}, element("legend", {}, name), grid) : grid;
  });
}

function field(column, number, display) {
  const id = `field-${number}`;
  const optional = column.required ? null : element("span", { className: "optional" }, "optional");
  const label = element("label", { htmlFor: id }, display.label(column));
  const made = control(column, display);
  Object.assign(made, { id, name: column.name, required: column.required });
  made.setAttribute("aria-describedby", `${id}-help ${id}-error`);
  const unit = display.unit(column)
    ? element("span", { className: "unit", aria: { hidden: "true" } }, display.unit(column))
    : null;
  const box = element(
    "div",
    { className: "field" },
    element("div", { className: "named" }, label, optional),
    element("div", { className: "entry" }, made, unit),
    element("p", { id: `${id}-help`, className: "help" }, help(column, display)),
    element("p", { id: `${id}-error`, className: "error" }),
  );
  if (column.open) {
    made.setAttribute("list", `${id}-known`);
    box.append(
      element("datalist", { id: `${id}-known` }, ...column.categories.map((value) => element("option", { value }))),
    );
  }
  return box;
}

function help(column, display) {
  const bounded = !["boolean", "category"].includes(column.type);
  const bounds = bounded ? range(column, display) : "";
  const others = column.open ? "Other values may be given." : "";
  const said = bounds && `${capital(bounds)}.`;
  return [text(column.description), said, others].filter(Boolean).join(" ");
}

function control(column, display) {
  const plain = { type: "text", autocomplete: "off" };
  switch (column.type) {
    case "boolean":
      return choice(column, [
        ["true", "Yes"],
        ["false", "No"],
      ]);
    case "category":
      return column.open
        ? element("input", plain)
        : choice(
            column,
            column.categories.map((value) => [value, display.name(column, value)]),
          );
    case "date":
      return element("input", { type: "date", min: column.minimum, max: column.maximum });
    case "timestamp":
      return element("input", { type: "datetime-local", step: 1 });
    default:
      return element("input", { ...plain, inputMode: column.minimum < 0 ? "text" : "decimal" });
  }
}

export function choice({ required }, options) {
  const first = element("option", { value: "" }, required ? "Choose…" : "Not known");
  return element("select", {}, first, ...options.map(([value, shown]) => element("option", { value }, shown)));
}
