const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag Its name.
 * @param {{ [attribute: string]: string }} [attributes] Its attributes.
 * @param {readonly (Node | string)[]} [children] What is in it; texts stay texts.
 * @returns {HTMLElementTagNameMap[T]} It.
 */
export function element(tag, attributes = {}, children = []) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * Makes an element of a drawing.
 *
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag Its name.
 * @param {{ [attribute: string]: string }} [attributes] Its attributes.
 * @param {readonly Node[]} [children] What is in it.
 * @returns {SVGElementTagNameMap[T]} It.
 */
export function drawn(tag, attributes = {}, children = []) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * Makes a button.
 *
 * @param {string} label What it says.
 * @param {() => void} press What it does.
 * @param {{ [attribute: string]: string }} [attributes] More attributes.
 * @returns {HTMLButtonElement} It.
 */
export function button(label, press, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, [label]);
  made.addEventListener("click", press);
  return made;
}

/**
 * Writes a text where there is another one: what stays the same is left alone.
 *
 * @param {Element} into The element.
 * @param {string} text The text.
 */
export function write(into, text) {
  if (into.textContent !== text) into.textContent = text;
}

/**
 * Finds an element of the page.
 *
 * @param {string} id Its id.
 * @returns {HTMLElement} It.
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new TypeError(`Cannot find '${id}' in the page`);
  return found;
}

/**
 * Lists things, one child each. What is there already is brought up to date and into order, and
 * keeps the focus that is in it.
 *
 * @template T
 * @template {Element} E
 * @param {Element} list Where they are listed.
 * @param {readonly T[]} things The things.
 * @param {{ key: (thing: T) => string, make: (thing: T) => E, update: (child: E, thing: T) => void, children: Map<string, E> }} how
 * What tells them apart, and how a child is made and brought up to date; `children` is kept here.
 */
export function keep(list, things, { key, make, update, children }) {
  const kept = new Set(things.map(key));
  for (const [name, child] of children) {
    if (kept.has(name)) continue;
    child.remove();
    children.delete(name);
  }
  const focused = document.activeElement;
  let place = list.firstElementChild;
  for (const thing of things) {
    const name = key(thing);
    const child = children.get(name) ?? make(thing);
    children.set(name, child);
    update(child, thing);
    if (child === place) place = place.nextElementSibling;
    else list.insertBefore(child, place);
  }
  if (focused !== document.activeElement && focused instanceof HTMLElement && focused.isConnected) {
    focused.focus();
  }
}
