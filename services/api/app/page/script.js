// The page: a form, the answer that follows it, why, where from, and what was saved.
import { watchAccess } from "./access.js";
import { Actual } from "./actual.js";
import { Answer } from "./answer.js";
import { compare } from "./compare.js";
import { Display, text } from "./display.js";
import { at } from "./dom.js";
import { Follower } from "./follow.js";
import { Form } from "./form.js";
import { showLineage } from "./lineage.js";
import { Recent } from "./recent.js";
import { call, post, repeatable } from "./service.js";
import { Upload } from "./upload.js";
import { clearWaterfall, showWaterfall } from "./waterfall.js";

const follower = new Follower(followed);
let served; // the model, with its contract
let display;
let form;
let answer;
let recent;
let actual;
let draft = {}; // what the form holds: its Idempotency-Key, and once known the answer and the saved prediction

function changed(pause) {
  draft = { repeat: repeatable() };
  form.clearErrors();
  const missing = form.missing();
  at("enter-actual").hidden = true;
  if (missing.length) {
    follower.stop();
    answer.lacks(missing);
    unexplained("");
  } else {
    answer.waits();
    follower.follow(form.row(), pause);
  }
}

function followed({ answer: found, error }) {
  if (error) {
    if (error.status === 422) answer.isInvalid(form.showErrors(error.errors));
    else answer.failed(error);
    if (error.status === 422 && draft.wanted) form.focusFirstError();
    unexplained("");
  } else if (found.model.bundle_sha256 !== served.model.bundle_sha256) {
    load(form.row()); // another model is served by now, and its fields may be others
  } else {
    const {
      predictions: [said],
      explanation,
      ...origin
    } = found;
    const input = form.row();
    draft.said = { ...said, ...origin, input };
    answer.shows(said);
    showWaterfall(explanation, input, served.contract, display);
    showLineage(origin);
    compared();
    if (draft.wanted) save();
  }
}

function unexplained(said) {
  clearWaterfall(said);
  at("origin").hidden = true;
  compared();
}

function compared() {
  const now = draft.said && !draft.saved ? draft.said : null;
  compare([...recent.chosen.values()], now, served.contract, display);
}

async function save() {
  const own = draft;
  answer.saving();
  try {
    const headers = { "idempotency-key": own.repeat };
    const stored = await post("/v1/predictions", { input: form.row() }, { headers });
    recent.newest();
    if (own === draft) saved(stored);
  } catch (error) {
    if (own === draft) answer.notSaved(error);
  }
}

function saved(prediction) {
  draft.saved = prediction;
  answer.shows(prediction);
  answer.isSaved(prediction);
  showLineage(prediction);
  at("enter-actual").hidden = (prediction.actual ?? null) !== null;
  compared();
}

// Enter in a field, or the button: what the form holds is saved as soon as it has an answer.
function submit(event) {
  event.preventDefault();
  if (answer.savable) save();
  else if (answer.state === "waiting") draft.wanted = true;
  else if (answer.state === "empty") form.focusFirstMissing();
  else form.focusFirstError();
}

async function open(id) {
  follower.stop();
  try {
    const found = await call(`/v1/predictions/${id}`);
    form.fill(found.input);
    draft = {};
    saved(found);
    at("answer-title").focus();
    clearWaterfall("");
    const own = draft;
    const explanation = await call(`/v1/predictions/${id}/explanation`);
    if (own === draft) showWaterfall(explanation, found.input, served.contract, display);
  } catch (error) {
    clearWaterfall(error.message);
  }
}

async function load(row) {
  try {
    served = await call("/v1/model");
  } catch (error) {
    at("load-error").textContent = error.message;
    at("reload").hidden = false;
    return;
  }
  at("load-error").textContent = "";
  at("reload").hidden = true;
  const { contract } = served;
  display = new Display(contract);
  document.title = at("title").textContent = display.label(contract.target);
  at("subtitle").textContent = text(contract.target.description);
  form = new Form(contract.columns, display);
  answer = new Answer(contract, display);
  actual = new Actual(contract, display, (id) => {
    recent.refresh().then(compared);
    if (draft.saved?.id === id) open(id);
  });
  recent = new Recent(contract, display, { open, enter: (item) => actual.enter(item), choose: compared });
  new Upload(contract, display, () => recent.newest());
  form.fill(row ?? form.example());
  at("workbench").hidden = false;
  begin();
}

function begin() {
  if (!form) return;
  changed(0);
  recent.newest();
}

function connection() {
  at("offline").hidden = navigator.onLine;
  if (navigator.onLine && form && answer.state === "failed") begin();
}

at("form").addEventListener("submit", submit);
at("form").addEventListener("input", () => changed());
at("example").onclick = () => {
  form.fill(form.example());
  changed(0);
};
at("clear").onclick = () => {
  form.fill({});
  changed(0);
  form.focusFirst();
};
at("again").onclick = () => changed(0);
at("reload").onclick = () => load();
at("enter-actual").onclick = () => actual.enter(draft.saved);
window.addEventListener("online", connection);
window.addEventListener("offline", connection);
connection();
watchAccess(begin);
load();
