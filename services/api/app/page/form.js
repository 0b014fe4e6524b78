// The form: the row that its controls hold, and what is wrong with it.
import { at, element, mark } from "./dom.js";
import { fields } from "./fields.js";
import { place, wording } from "./wording.js";

export class Form {
  constructor(columns, display) {
    this.columns = columns;
    this.display = display;
    at("fields").replaceChildren(...fields(columns, display));
  }

  fill(row) {
    this.columns.forEach((column, number) => {
      control(number).value = written(column, row[column.name]);
    });
    this.clearErrors();
  }

  example() {
    return Object.fromEntries(this.columns.map((column) => [column.name, column.example]));
  }

  row() {
    const values = {};
    this.columns.forEach((column, number) => {
      const value = control(number).value.trim();
      if (value !== "") values[column.name] = parse(column.type, value);
    });
    return values;
  }

  // Labels of what must be there and is not.
  missing() {
    return this.#missing().map((column) => this.display.label(column));
  }

  clearErrors() {
    at("form-error").replaceChildren();
    this.columns.forEach((_, number) => this.#mark(number, ""));
  }

  // Gives how many fields are marked; a person who is typing keeps the focus.
  showErrors(errors) {
    this.clearErrors();
    const found = errors.map((error) => {
      const number = this.columns.findIndex((column) => column.name === place(error.field).name);
      const said = wording(error, this.columns[number], this.display);
      if (number >= 0) this.#mark(number, said);
      return [number, said];
    });
    at("form-error").replaceChildren(
      ...found.map(([number, said]) =>
        element(
          "li",
          {},
          number < 0 ? said : element("a", { href: `#field-${number}`, onclick: focus(number) }, said),
        ),
      ),
    );
    return found.length;
  }

  focusFirst() {
    control(0).focus();
  }

  focusFirstMissing() {
    control(this.columns.indexOf(this.#missing()[0])).focus();
  }

  focusFirstError() {
    at("fields").querySelector("[aria-invalid]")?.focus();
  }

  #missing() {
    const row = this.row();
    return this.columns.filter((column) => column.required && !(column.name in row));
  }

  #mark(number, said) {
    mark(control(number), at(`field-${number}-error`), said);
  }
}

const control = (number) => at(`field-${number}`); // by number: a name may hold what no identifier may

const focus = (number) => (event) => {
  event.preventDefault();
  control(number).focus();
};

function written({ type }, value) {
  if (value === null || value === undefined) return "";
  return type === "timestamp" ? new Date(value).toISOString().slice(0, 19) : String(value);
}

function parse(type, value) {
  if (type === "boolean") return value === "true";
  if (type === "timestamp") return `${value.length === 16 ? `${value}:00` : value}Z`; // browsers leave out seconds of 0
  if (type === "category" || type === "date") return value;
  const number = Number(value);
  return Number.isNaN(number) ? value : number;
}
