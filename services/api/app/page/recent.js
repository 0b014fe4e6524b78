// Saved predictions, a page at a time; some of them can be chosen to be compared.
import { at, button, element } from "./dom.js";
import { brief, moment, percent } from "./display.js";
import { call } from "./service.js";

const LENGTH = 10;
const MOST = 4; // chosen at a time, which a screen has room for

export class Recent {
  #before = []; // cursors of the newer pages
  #cursor = "";
  chosen = new Map();

  constructor(contract, display, { open, enter, choose }) {
    Object.assign(this, { contract, display, open, enter, choose });
    at("recent-spread").textContent = spreadName(contract);
    at("newer").onclick = () => this.#turn(this.#before.pop() ?? "");
    at("older").onclick = () => {
      this.#before.push(this.#cursor);
      this.#turn(this.next);
    };
  }

  async #load() {
    const cursor = this.#cursor ? `&cursor=${this.#cursor}` : "";
    const { predictions, next } = await call(`/v1/predictions?limit=${LENGTH}${cursor}`);
    this.next = next;
    at("recent").replaceChildren(...predictions.map((item) => this.#line(item)));
    at("recent-table").hidden = predictions.length === 0;
    at("recent-none").hidden = predictions.length > 0;
    at("newer").disabled = !this.#cursor;
    at("older").disabled = !next;
    at("page-number").textContent = `Page ${this.#before.length + 1}`;
    at("paging").hidden = !this.#cursor && !next;
    at("recent-error").textContent = "";
    for (const item of predictions.filter(({ id }) => this.chosen.has(id))) this.chosen.set(item.id, item);
  }

  refresh() {
    return this.#load().catch((error) => {
      at("recent-error").textContent = error.message;
    });
  }

  newest() {
    this.#before = [];
    this.#cursor = "";
    return this.refresh();
  }

  #turn(cursor) {
    this.#cursor = cursor;
    return this.refresh();
  }

  #line(item) {
    const when = moment(item.created_at);
    const chosen = element("input", {
      type: "checkbox",
      checked: this.chosen.has(item.id),
      aria: { label: `Compare the prediction of ${when}` },
    });
    chosen.onchange = () => this.#choose(item, chosen);
    const actual =
      item.actual === null
        ? button("Enter", () => this.enter(item), {
            className: "small",
            aria: { label: `Enter the true value of the prediction of ${when}` },
          })
        : this.display.answer(item.actual);
    return element(
      "tr",
      { data: { id: item.id } },
      element("td", {}, chosen),
      element(
        "td",
        {},
        button(when, () => this.open(item.id), { className: "link" }),
      ),
      element("td", { className: "strong" }, this.display.answer(item.prediction)),
      element("td", {}, spread(item, this.contract, this.display)),
      element("td", {}, item.model.version ?? brief(item.model.bundle_sha256)),
      element("td", {}, actual),
    );
  }

  #choose(item, box) {
    if (box.checked && this.chosen.size >= MOST) {
      box.checked = false;
      at("recent-error").textContent = `At most ${MOST} saved predictions can be compared at a time.`;
      return;
    }
    if (box.checked) this.chosen.set(item.id, item);
    else this.chosen.delete(item.id);
    this.choose();
  }
}

export const spreadName = ({ task }) => (task === "regression" ? "Interval" : "Probability");

export function spread({ lower, upper, interval, prediction, probabilities }, { target }, display) {
  const { lower: least, upper: most } = interval ?? { lower, upper };
  return probabilities
    ? percent(probabilities[prediction])
    : `${display.number(least, target)} to ${display.number(most, target)}`;
}
