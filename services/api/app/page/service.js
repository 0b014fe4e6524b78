// Requests to the service: the key they carry, and what a failure means to the person who waits.

const KEPT = "key"; // in this tab, until it is closed

export const key = {
  get: () => sessionStorage.getItem(KEPT) ?? "",
  set: (value) => sessionStorage.setItem(KEPT, value.trim()),
};

class Refusal extends Error {
  constructor(message, status, errors = []) {
    super(message);
    this.status = status; // 0 if no answer came
    this.errors = errors;
  }
}

export async function call(path, options = {}) {
  const response = await ask(path, options);
  return response.json();
}

export const post = (path, body, options = {}) =>
  call(path, { method: "POST", body: JSON.stringify(body), ...options });

export async function ask(path, { headers = {}, ...options } = {}) {
  const own = { "content-type": "application/json", ...headers };
  if (key.get()) own.authorization = `Bearer ${key.get()}`;
  let response;
  try {
    response = await fetch(path, { headers: own, ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    const why = navigator.onLine ? "The service cannot be reached." : "You are offline.";
    throw new Refusal(`${why} Nothing was lost: try again when the connection is back.`, 0);
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  if (response.status === 401) document.dispatchEvent(new CustomEvent("key-refused", { detail: problem.detail }));
  throw new Refusal(said(response, problem), response.status, problem.errors);
}

// An Idempotency-Key: however often a request is sent, what it asks for is stored once.
export const repeatable = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function said(response, problem) {
  const seconds = response.headers.get("retry-after");
  const again = seconds ? ` Try again in ${seconds === "1" ? "a second" : `${seconds} seconds`}.` : "";
  if (response.status === 401) return "This needs an API key.";
  if (response.status === 403) return `Your API key does not allow this. ${problem.detail ?? ""}`;
  return (problem.detail ?? `The service answered with status ${response.status}.`) + again;
}
