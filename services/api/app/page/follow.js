// What-if: the answer follows the form. Of several answers that are asked for, only the newest counts.
import { post } from "./service.js";

const PAUSE = 250; // milliseconds without a key pressed, after which a person may want to see

export class Follower {
  #timer = 0;
  #running = new AbortController();

  // `show` is given what came of the newest row: {answer} or {error}.
  constructor(show) {
    this.show = show;
  }

  stop() {
    clearTimeout(this.#timer);
    this.#running.abort();
  }

  follow(row, pause = PAUSE) {
    this.stop();
    this.#timer = setTimeout(() => this.#ask(row), pause);
  }

  async #ask(row) {
    this.#running = new AbortController();
    const { signal } = this.#running;
    let found;
    try {
      found = { answer: await post("/v1/what-if", { input: row }, { signal }) };
    } catch (error) {
      found = { error };
    }
    if (!signal.aborted) this.show(found);
  }
}
