// Where an answer comes from, as a chain from the prediction back to the data.
import { at, button, element } from "./dom.js";
import { brief, moment, text } from "./display.js";

export function showLineage({ id, created_at: when, model, lineage }) {
  const repository = document.querySelector("meta[name=repository]").content;
  const commit = lineage.git_commit;
  const tree = repository && commit ? `${repository}/blob/${commit}` : "";
  const saved = id ? [hash("id", id), `saved ${moment(when)}`] : ["not saved"];
  at("origin").hidden = false;
  at("lineage").replaceChildren(
    link("Prediction", ...saved),
    link(
      "Model",
      `${model.name} ${model.version ? `version ${model.version}` : "(not registered)"}`,
      lineage.released_at ? `released ${moment(lineage.released_at)}` : "",
    ),
    link("Bundle", hash("sha256", model.bundle_sha256)),
    link(
      "Commit",
      commit ? hash("git", commit, repository && `${repository}/commit/${commit}`) : "not known",
      lineage.git_dirty ? "with changes that are not committed" : "",
    ),
    link(
      "Pipeline",
      lineage.dvc_lock_sha256 ? hash("dvc.lock", lineage.dvc_lock_sha256, tree && `${tree}/dvc.lock`) : "not known",
      lineage.run_id ? hash("MLflow run", lineage.run_id) : "",
    ),
    ...Object.entries(lineage.data).map(([path, { md5, rows }]) =>
      link("Data", path, hash("md5", md5), rows ? `${rows.toLocaleString("en")} rows` : ""),
    ),
  );
}

function link(name, ...parts) {
  const shown = parts.filter((part) => text(part)).map((part) => element("span", { className: "fact" }, part));
  return element("li", {}, element("strong", {}, name), element("div", { className: "facts" }, ...shown));
}

function hash(kind, value, href) {
  const code = element("code", { title: value }, brief(value));
  const shown = href ? element("a", { href, rel: "noreferrer" }, code) : code;
  const copy = button("Copy", () => copied(copy, value), {
    className: "small",
    aria: { label: `Copy the ${kind} ${brief(value)} in full` },
  });
  return element("span", { className: "hash" }, element("span", { className: "quiet" }, kind), shown, copy);
}

async function copied(copy, value) {
  try {
    await navigator.clipboard.writeText(value);
    copy.textContent = "Copied";
  } catch {
    // a page that is not served securely has no clipboard
    const code = copy.previousElementSibling;
    code.textContent = value;
    getSelection().selectAllChildren(code);
    copy.textContent = "Selected";
  }
}
