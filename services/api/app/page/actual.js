// Saying what turned out to be true of a saved prediction; it can be said once.
import { at, element, mark } from "./dom.js";
import { moment } from "./display.js";
import { choice } from "./fields.js";
import { post } from "./service.js";

export class Actual {
  #item;

  constructor({ target, task }, display, done) {
    Object.assign(this, { target, task, display, done });
    const control =
      task === "regression"
        ? element("input", { type: "text", inputMode: "decimal", autocomplete: "off" })
        : choice(
            { required: true },
            target.categories.map((value) => [value, display.name(target, value)]),
          );
    Object.assign(control, { id: "actual-value" });
    control.setAttribute("aria-describedby", "actual-error");
    at("actual-control").replaceChildren(control);
    const unit = task === "regression" && display.unit(target) ? ` (${display.unit(target)})` : "";
    at("actual-label").textContent = `What ${display.label(target).toLowerCase()} turned out to be${unit}`;
    at("actual-form").onsubmit = (event) => this.#submit(event);
    at("actual-cancel").onclick = () => at("actual").close();
  }

  enter(item) {
    this.#item = item;
    at("actual-of").textContent =
      `Of the prediction of ${moment(item.created_at)}, ${this.display.answer(item.prediction)}. It can be said once.`;
    at("actual-value").value = "";
    this.#wrong("");
    at("actual").showModal();
  }

  async #submit(event) {
    event.preventDefault();
    const given = at("actual-value").value.trim();
    const value = this.task === "regression" ? Number(given) : given;
    if (given === "" || Number.isNaN(value)) {
      this.#wrong(this.task === "regression" ? "Enter a number, without a unit." : "Choose a value.");
      return;
    }
    try {
      await post(`/v1/predictions/${this.#item.id}/actual`, { value });
      at("actual").close();
      this.done(this.#item.id);
    } catch (error) {
      this.#wrong(error.errors?.[0]?.message ? `The true value ${error.errors[0].message}.` : error.message);
    }
  }

  #wrong(said) {
    mark(at("actual-value"), at("actual-error"), said);
    if (said) at("actual-value").focus();
  }
}
