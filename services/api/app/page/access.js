// The API key: asked for when the service does, and explained to who comes for the first time.
import { at } from "./dom.js";
import { key } from "./service.js";

export function watchAccess(begin) {
  const given = new URLSearchParams(location.hash.slice(1)).get("key");
  if (given) {
    key.set(given);
    history.replaceState(null, "", location.pathname); // a key does not stay in the address
  }
  document.addEventListener("key-refused", ({ detail }) => {
    at("workbench").hidden = true; // nothing there works before
    open(key.get() ? detail : "");
  });
  at("change-key").onclick = () => open("");
  at("access-form").onsubmit = (event) => {
    event.preventDefault();
    key.set(at("key").value);
    at("access").hidden = true;
    at("workbench").hidden = false;
    name();
    begin();
  };
  name();
}

function open(said) {
  if (!at("access").hidden) return; // of several refusals at once, the first one opens it
  at("access").hidden = false;
  at("key-error").textContent = said;
  at("key").value = key.get();
  at("key").focus();
}

function name() {
  at("change-key").hidden = !key.get();
  at("change-key").textContent = `Change key ${key.get().slice(0, 8)}…`;
}
