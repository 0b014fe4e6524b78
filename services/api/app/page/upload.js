// Many rows at once, from a CSV file: checked and shown first, then saved once.
import { at, button, element, save } from "./dom.js";
import { parse, write } from "./csv.js";
import { ask, repeatable } from "./service.js";
import { place, wording } from "./wording.js";

const TABLE = "text/csv";
const SHOWN = 8; // rows of a preview
const LISTED = 20; // errors

export class Upload {
  #checks = 0; // of several files that are chosen, only the last one counts

  constructor(contract, display, done) {
    Object.assign(this, { contract, display, done });
    at("template").onclick = () => save("template.csv", template(contract.columns), TABLE);
    at("file").onchange = () => this.#check();
    at("upload-save").onclick = () => this.#save();
    this.#say("");
  }

  async #check() {
    const [file] = at("file").files;
    this.#checks += 1;
    const check = this.#checks;
    this.#say("");
    if (!file) return;
    this.#say(`Checking ${file.name}…`);
    const text = await file.text();
    try {
      const response = await ask("/v1/what-if", this.#request(text));
      const { predictions } = await response.json();
      if (check === this.#checks) this.#ready(text, predictions);
    } catch (error) {
      if (check === this.#checks) this.#refused(file.name, text, error);
    }
  }

  #ready(text, predictions) {
    const [names, ...rows] = parse(text);
    this.text = text;
    this.repeat = repeatable();
    const count = predictions.length.toLocaleString("en");
    const first = predictions.length > SHOWN ? ` The first ${SHOWN} are shown.` : "";
    this.#say(`${count} ${predictions.length === 1 ? "row is" : "rows are"} valid.${first} Nothing is saved yet.`);
    this.#table(
      names,
      rows.slice(0, SHOWN).map((cells, number) => [cells, this.display.answer(predictions[number].prediction)]),
    );
    at("upload-save").hidden = false;
    at("upload-save").disabled = false;
    at("upload-save").textContent = `Save ${count} ${predictions.length === 1 ? "prediction" : "predictions"}`;
  }

  #refused(name, text, error) {
    this.#say(error.status === 422 ? `${name} cannot be used: mend these cells and choose it again.` : error.message);
    if (error.status !== 422) return;
    const [names, ...rows] = parse(text);
    const found = error.errors.map((one) => ({ ...place(one.field), said: this.#worded(one) }));
    const bad = [...new Set(found.map(({ row }) => row))].filter((row) => row in rows).slice(0, SHOWN);
    const marked = new Map(found.map(({ row, name: column, said }) => [`${row}/${column}`, said]));
    this.#table(
      names,
      bad.map((row) => [rows[row], "", row]),
      marked,
    );
    const more = found.length - LISTED;
    at("upload-errors").replaceChildren(
      ...found
        .slice(0, LISTED)
        .map(({ row, said }) =>
          element("li", {}, row in rows ? element("strong", {}, `Line ${row + 2}: `) : null, said),
        ),
      ...(more > 0 ? [element("li", {}, `and ${more} more`)] : []),
    );
  }

  #worded(error) {
    const { name } = place(error.field);
    const said = wording(error, this.display.columns.get(name), this.display);
    return this.display.columns.has(name) || !name ? said : `${name}: ${said}.`;
  }

  #table(names, rows, marked = new Map()) {
    const answered = marked.size === 0;
    const head = [
      ...(answered ? [this.display.label(this.contract.target)] : ["Line"]),
      ...names.map((name) => this.display.labelOf(name)),
    ];
    at("upload-head").replaceChildren(
      element("tr", {}, ...head.map((name) => element("th", { scope: "col" }, name))),
    );
    at("upload-body").replaceChildren(
      ...rows.map(([cells, said, row]) =>
        element(
          "tr",
          {},
          element("td", { className: "strong" }, answered ? said : String(row + 2)),
          ...names.map((name, number) => {
            const why = marked.get(`${row}/${name}`);
            return element(
              "td",
              { className: why ? "wrong" : "", title: why ?? "" },
              cells[number] || (why ? "(empty)" : ""),
            );
          }),
        ),
      ),
    );
    at("upload-table").hidden = rows.length === 0;
  }

  async #save() {
    at("upload-save").disabled = true;
    try {
      const headers = { accept: TABLE, "idempotency-key": this.repeat };
      const answered = await (await ask("/v1/predictions", this.#request(this.text, headers))).text();
      this.#say(
        "Saved. ",
        button("Download the answers", () => save("predictions.csv", answered, TABLE)),
      );
      this.done();
    } catch (error) {
      at("upload-said").textContent = `Not saved: ${error.message}`;
      at("upload-save").disabled = false;
    }
  }

  #request(body, headers = {}) {
    return { method: "POST", body, headers: { "content-type": TABLE, ...headers } };
  }

  #say(...parts) {
    at("upload-said").replaceChildren(...parts);
    at("upload-errors").replaceChildren();
    at("upload-table").hidden = true;
    at("upload-save").hidden = true;
  }
}

const template = (columns) => write([columns.map(({ name }) => name), columns.map(({ example }) => example)]);
