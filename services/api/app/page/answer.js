// The answer: always in view, and either that of the form or said not to be.
import { at } from "./dom.js";
import { pictureOf } from "./picture.js";
import { moment } from "./display.js";

const SAVABLE = ["current", "unsaved"];

export class Answer {
  constructor(contract, display) {
    this.contract = contract;
    this.display = display;
    at("answer-title").textContent = display.label(contract.target);
  }

  // Says how many fields are needed before there is an answer.
  lacks(missing) {
    this.#clear();
    const [first] = missing;
    const what = missing.length === 1 ? first : `${missing.length} more fields, ${first} first,`;
    this.#state("empty", `Fill in ${what} to see the answer.`);
  }

  waits() {
    const old = at("price").textContent !== "—";
    this.#state("waiting", old ? "Updating: this answer is of the values before." : "Asking…");
  }

  shows(answer) {
    const { prediction } = answer;
    at("price").textContent =
      typeof prediction === "number"
        ? this.display.number(prediction, this.contract.target)
        : this.display.answer(prediction);
    at("price-unit").textContent = typeof prediction === "number" ? this.display.unit(this.contract.target) : "";
    at("picture").replaceChildren(...pictureOf(answer, this.contract, this.display));
    this.#state("current", "This is the answer of the form. It is not saved.");
  }

  isSaved({ created_at: when, actual }) {
    const known =
      actual === null || actual === undefined ? "" : ` It turned out to be ${this.display.answer(actual)}.`;
    this.#state("saved", `Saved ${moment(when)}.${known}`);
  }

  isInvalid(count) {
    this.#clear();
    this.#state(
      "invalid",
      count === 1 ? "No answer: one field needs another value." : `No answer: ${count} fields need other values.`,
    );
  }

  failed(error) {
    this.#clear();
    this.#state("failed", error.message);
  }

  saving() {
    this.#state("saving", "Saving…");
  }

  // The answer is still the form's; saving it failed.
  notSaved(error) {
    this.#state("unsaved", `Not saved: ${error.message}`);
  }

  get state() {
    return at("answer").dataset.state;
  }

  get savable() {
    return SAVABLE.includes(this.state);
  }

  #clear() {
    at("price").textContent = "—";
    at("price-unit").textContent = "";
    at("picture").replaceChildren();
  }

  #state(name, said) {
    at("answer").dataset.state = name;
    at("state").textContent = said;
    at("save").setAttribute("aria-disabled", String(!this.savable)); // it keeps the focus
    at("save").textContent = name === "saved" ? "Saved" : "Save prediction";
    at("again").hidden = name !== "failed";
  }
}
