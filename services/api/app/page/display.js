// What people read: the contract's own texts, and where it says nothing, its names made readable.

const PRECISE = 6; // digits of a value that a person gave
const UNSAID = "TODO"; // what `plumb adopt` leaves where a person knows more

export const text = (value) => (value && value !== UNSAID ? value : "");

export const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);

export const brief = (hash) => hash.slice(0, 12);

// Gr_Liv_Area is "Gr liv area"; a word in capitals, such as DOT, stays one.
function sentence(name) {
  const words = name
    .replaceAll("_", " ")
    .replace(/\b\p{Lu}\p{Ll}+/gu, (word) => word.toLowerCase())
    .trim();
  return capital(words);
}

// TwoRooms is "Two rooms", Old_Mill "Old Mill": a label may be a name.
function category(name) {
  const words = name.replaceAll("_", " ").replace(/(?<=\p{Ll})\p{Lu}\p{Ll}+/gu, (word) => ` ${word.toLowerCase()}`);
  return capital(words);
}

export class Display {
  constructor({ columns, target }) {
    this.columns = new Map(columns.map((column) => [column.name, column]));
    this.target = target;
  }

  label(column) {
    return text(column.label) || sentence(column.name);
  }

  labelOf(name) {
    return this.label(this.columns.get(name) ?? { name });
  }

  name(column, value) {
    return column.names?.[value] ?? category(String(value));
  }

  // A currency stands in the number, a year needs no unit, and "Fireplaces" says what is counted.
  unit(column) {
    const unit = text(column.unit);
    const said =
      column.format?.currency ||
      unit === "year" ||
      (column.name && this.label(column).toLowerCase().includes(unit.toLowerCase()));
    return said ? "" : unit;
  }

  number(value, column, digits = digitsOf(value, column), options = {}) {
    const { currency, grouping = column.unit !== "year" } = column.format ?? {};
    const style = currency ? { style: "currency", currency, currencyDisplay: "narrowSymbol" } : {};
    const fixed = { minimumFractionDigits: currency || options.fixed ? digits : 0, maximumFractionDigits: digits };
    const { fixed: _, ...rest } = options;
    return new Intl.NumberFormat("en", { ...style, ...fixed, useGrouping: grouping, ...rest }).format(value);
  }

  amount(value, column, digits) {
    return `${this.number(value, column, digits)} ${this.unit(column)}`.trim();
  }

  // A value of a row, or an answer.
  value(value, column) {
    if (value === null || value === undefined) return "not known";
    if (typeof value === "boolean") return value ? "Yes" : "No";
    if (typeof value === "number") return this.amount(value, column, column.format?.digits ?? PRECISE);
    if (column.type === "timestamp") return `${value.replace("T", " ").replace(/(:00)?Z$/, "")} UTC`;
    return column.type === "date" ? value : this.name(column, value);
  }

  answer(value) {
    return typeof value === "number" ? this.amount(value, this.target) : this.name(this.target, value);
  }
}

export function digitsOf(value, column) {
  if (column.format?.digits !== undefined) return column.format.digits;
  if (column.type === "integer" || Math.abs(value) >= 1000) return 0;
  return Math.abs(value) >= 1 || value === 0 ? 2 : 4;
}

export const percent = (share) => `${(100 * share).toFixed(1)} %`;

export const moment = (value) => new Date(value).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" });
