// CSV (RFC 4180) as the service reads it: empty lines do not count.

export function parse(text) {
  const rows = [[""]];
  let quoted = false;
  const source = text.replace(/^\uFEFF/, "");
  for (let place = 0; place < source.length; place += 1) {
    const sign = source[place];
    const row = rows[rows.length - 1];
    if (quoted && sign === '"' && source[place + 1] === '"') {
      row[row.length - 1] += sign;
      place += 1;
    } else if (sign === '"') quoted = !quoted;
    else if (sign === "," && !quoted) row.push("");
    else if (sign === "\n" && !quoted) rows.push([""]);
    else if (sign !== "\r" || quoted) row[row.length - 1] += sign;
  }
  return rows.filter((row) => row.length > 1 || row[0] !== "");
}

export function write(rows) {
  const cell = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  return `${rows.map((row) => row.map((value) => cell(String(value ?? ""))).join(",")).join("\n")}\n`;
}
