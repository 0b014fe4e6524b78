// What is wrong with a value, in the words of its field. The service finds it; what it says names JSON's types.

export function wording({ rule, message }, column, display) {
  if (!column) return message;
  const label = display.label(column);
  switch (rule) {
    case "required":
      return `${label} is missing: ${wanted(column, display)}.`;
    case "type":
    case "format":
      return `${label}: ${wanted(column, display)}.`;
    case "minimum":
    case "maximum":
      return `${label} must be ${range(column, display)}.`;
    case "enum":
      return `${label}: choose one of the values that it can have.`;
    default:
      return `${label} ${message}.`;
  }
}

export function range(column, display) {
  if (["date", "timestamp"].includes(column.type))
    return `from ${display.value(column.minimum, column)} to ${display.value(column.maximum, column)}`;
  return `from ${display.number(column.minimum, column)} to ${display.amount(column.maximum, column)}`;
}

function wanted(column, display) {
  switch (column.type) {
    case "boolean":
      return "choose yes or no";
    case "category":
      return column.open ? "enter or choose a value" : "choose a value";
    case "date":
      return "enter a date";
    case "timestamp":
      return "enter a date and a time";
    case "integer":
      return `enter a whole number ${range(column, display)}`;
    default:
      return `enter a number ${range(column, display)}`;
  }
}

// The column that a JSON pointer of a problem names (RFC 6901), and the row's number in a list of rows.
export function place(pointer) {
  const [, list, ...rest] = pointer.split("/");
  const row = list === "inputs" ? Number(rest.shift()) : 0;
  return { row, name: rest.join("/").replaceAll("~1", "/").replaceAll("~0", "~") };
}
