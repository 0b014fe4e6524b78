// The page: a form made from the contract, an answer, what moved it, and where it comes from.
"use strict";

const at = (id) => document.getElementById(id);
let contract;

function element(tag, text, properties = {}) {
  const made = Object.assign(document.createElement(tag), properties);
  if (text !== undefined) made.textContent = text;
  return made;
}

function title(name) {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function amount(value, unit = contract.target.unit) {
  const digits = Math.abs(value) >= 1000 ? 0 : 2;
  return `${value.toLocaleString("en", { maximumFractionDigits: digits })} ${unit}`;
}

async function call(path, options = {}) {
  const headers = { "content-type": "application/json" };
  if (at("key").value) headers.authorization = `Bearer ${at("key").value.trim()}`;
  const response = await fetch(path, { headers, ...options });
  const body = await response.json();
  if (response.status === 401) at("access").open = true;
  if (!response.ok) throw Object.assign(new Error(body.detail), { problem: body });
  return body;
}

function input(column) {
  if (column.type !== "category") {
    const properties = { inputMode: "decimal", autocomplete: "off", type: "text" };
    return element("input", undefined, properties);
  }
  const list = element("select");
  if (!column.required) list.append(element("option", "(not known)", { value: "" }));
  for (const label of column.categories) list.append(element("option", title(label), { value: label }));
  return list;
}

function field(column) {
  const id = `field-${column.name}`;
  const unit = column.unit ? ` (${column.unit})` : "";
  const range = column.type === "category" ? "" : ` From ${column.minimum} to ${column.maximum}.`;
  const optional = column.required ? "" : " May be left empty.";
  const label = element("label", title(column.name) + unit, { htmlFor: id });
  const control = Object.assign(input(column), { id, name: column.name, required: column.required });
  control.setAttribute("aria-describedby", `${id}-help ${id}-error`);
  const help = element("p", column.description + range + optional, { id: `${id}-help`, className: "help" });
  const error = element("p", "", { id: `${id}-error`, className: "error" });
  const box = element("div", undefined, { className: "field" });
  box.append(label, control, help, error);
  return box;
}

function fillExample() {
  for (const column of contract.columns) at(`field-${column.name}`).value = column.example ?? "";
  clearErrors();
}

function row() {
  const values = {};
  for (const column of contract.columns) {
    const text = at(`field-${column.name}`).value.trim();
    if (text === "") continue;
    const number = Number(text);
    values[column.name] = column.type === "category" || Number.isNaN(number) ? text : number;
  }
  return values;
}

function clearErrors() {
  at("form-error").textContent = "";
  for (const column of contract.columns) {
    at(`field-${column.name}`).removeAttribute("aria-invalid");
    at(`field-${column.name}-error`).textContent = "";
  }
}

function showProblem(error) {
  at("form-error").textContent = error.message;
  let first;
  for (const { field: pointer, message } of error.problem?.errors ?? []) {
    const control = at(`field-${pointer.split("/").pop()}`);
    if (!control) continue;
    control.setAttribute("aria-invalid", "true");
    at(`${control.id}-error`).textContent = message;
    first ??= control;
  }
  first?.focus();
}

function showContributions({ baseline, contributions }) {
  at("baseline").textContent = `A typical row is at ${amount(baseline)}; from there:`;
  const shown = Object.entries(contributions).slice(0, 8);
  const most = Math.max(...shown.map(([, value]) => Math.abs(value)), Number.MIN_VALUE);
  at("contributions").replaceChildren(...shown.map(([name, value]) => {
    const item = element("li", `${title(name)}: ${value < 0 ? "−" : "+"}${amount(Math.abs(value))}`);
    const bar = element("span", undefined, { className: `bar ${value < 0 ? "down" : "up"}` });
    bar.style.width = `${(100 * Math.abs(value)) / most}%`;
    item.append(bar);
    return item;
  }));
}

function step(name, value, content, link) {
  const item = element("li");
  const details = element("details");
  const summary = element("summary", `${name} `);
  summary.append(element("code", value ?? "unknown"));
  details.append(summary, element("pre", JSON.stringify(content, null, 2)));
  if (link) details.append(element("a", "Open in the repository", { href: link, rel: "noreferrer" }));
  item.append(details);
  return item;
}

function showLineage({ id, created_at, input: given, model, lineage }) {
  const repository = document.querySelector("meta[name=repository]").content;
  const commit = repository && lineage.git_commit ? `${repository}/commit/${lineage.git_commit}` : "";
  const files = Object.entries(lineage.data).map(([path, hashes]) => step(`Data ${path}`, hashes.md5, hashes));
  at("lineage").replaceChildren(
    step("Prediction", id, { created_at, input: given }),
    step("Model", `${model.name} ${model.version ?? "(not registered)"}`, model),
    step("Bundle", model.bundle_sha256, { released_at: lineage.released_at, run_id: lineage.run_id }),
    step("Commit", lineage.git_commit, { git_dirty: lineage.git_dirty, dvc_lock_sha256: lineage.dvc_lock_sha256 }, commit),
    ...files,
  );
}

async function show(id) {
  const found = await call(`/v1/predictions/${id}`);
  const { lower, upper, coverage } = found.interval;
  at("price").textContent = amount(found.prediction);
  at("interval").textContent = `${Math.round(coverage * 100)} % interval: ${amount(lower)} to ${amount(upper)}`;
  showLineage(found);
  at("result").hidden = false;
  try {
    showContributions(await call(`/v1/predictions/${id}/explanation`));
  } catch (error) {
    at("baseline").textContent = error.message;
    at("contributions").replaceChildren();
  }
}

async function showRecent() {
  const { predictions } = await call("/v1/predictions?limit=10");
  at("recent").replaceChildren(...predictions.map((item) => {
    const line = element("tr");
    const link = element("button", new Date(item.created_at).toLocaleString(), { type: "button" });
    link.addEventListener("click", () => show(item.id).then(() => at("result").focus()));
    const first = element("td");
    first.append(link);
    line.append(
      first,
      element("td", amount(item.prediction)),
      element("td", `${amount(item.lower)} to ${amount(item.upper)}`),
      element("td", item.model.version ?? item.model.bundle_sha256.slice(0, 12)),
      element("td", item.actual === null ? "" : amount(item.actual)),
    );
    return line;
  }));
}

async function submit(event) {
  event.preventDefault();
  clearErrors();
  try {
    const body = JSON.stringify({ input: row() });
    const { id } = await call("/v1/predictions", { method: "POST", body });
    await show(id);
    await showRecent();
  } catch (error) {
    showProblem(error);
  }
}

async function start() {
  const given = new URLSearchParams(location.hash.slice(1)).get("key");
  if (given) history.replaceState(null, "", location.pathname); // a key does not stay in the address
  at("key").value = given ?? sessionStorage.getItem("key") ?? "";
  const keep = () => sessionStorage.setItem("key", at("key").value);
  keep();
  at("key").addEventListener("change", () => { keep(); showRecent().catch(showProblem); });
  try {
    contract = (await call("/v1/model")).contract;
  } catch (error) {
    at("form-error").textContent = error.message;
    return;
  }
  document.title = at("title").textContent = title(contract.target.name);
  at("subtitle").textContent = contract.target.description;
  at("fields").replaceChildren(...contract.columns.map(field));
  fillExample();
  at("form").addEventListener("submit", submit);
  at("form").addEventListener("reset", (event) => { event.preventDefault(); fillExample(); });
  showRecent().catch(showProblem);
}

start();
