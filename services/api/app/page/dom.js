// Making and finding elements.

export const at = (id) => document.getElementById(id);

export function element(tag, properties = {}, ...children) {
  const { data = {}, aria = {}, ...own } = properties;
  const made = Object.assign(document.createElement(tag), own);
  Object.assign(made.dataset, data);
  for (const [name, value] of Object.entries(aria)) made.setAttribute(`aria-${name}`, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export function button(text, onclick, properties = {}) {
  return element("button", { type: "button", onclick, ...properties }, text);
}

// What is wrong with a control's value stands beside it; nothing is, if nothing is said.
export function mark(control, error, said) {
  error.textContent = said;
  if (said) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
}

// A part of a picture; what it shows is said in words beside it.
export function drawn(className, styles = {}, ...children) {
  const made = element("span", { className, aria: { hidden: "true" } }, ...children);
  for (const [name, value] of Object.entries(styles)) made.style.setProperty(name, value);
  return made;
}

export function save(name, content, type) {
  const link = element("a", { href: URL.createObjectURL(new Blob([content], { type })), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}
