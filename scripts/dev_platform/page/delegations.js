/** @import { PageDelegation } from "../page_workspace.ts" */
import { button, element, keep, write } from "./dom.js";
import { clock, short, span } from "./words.js";

/** Of those that have ended; nobody could end what is not shown. */
const MOST_ENDED = 6;
const ERROR_LENGTH = 120;

/**
 * Says how far a delegation is.
 *
 * @param {PageDelegation} delegation The delegation.
 * @param {number} now The platform's time.
 * @returns {string} It in words.
 */
export function delegationWords({ status, sentAt, endedAt, deliveredAt, error }, now) {
  if (endedAt === null) return `${status} for ${span(now - sentAt)}`;
  const how = status === "failed" ? `failed at ${clock(endedAt)}` : `finished at ${clock(endedAt)}`;
  const cut = error.length > ERROR_LENGTH ? `${error.slice(0, ERROR_LENGTH)}…` : error;
  const why = error === "" ? "" : ` (${cut})`;
  if (deliveredAt === null) return `${how}${why}, not delivered for ${span(now - endedAt)}`;
  const after = deliveredAt - endedAt;
  return `${how}${why}, delivered ${after < 1000 ? "at once" : `after ${span(after)}`}`;
}

/**
 * What can be done with delegations.
 *
 * @typedef {object} DelegationActions
 * @property {() => void} delegate Makes one.
 * @property {(id: string, reply: string) => void} finish Finishes one.
 * @property {(id: string, error: string) => void} fail Lets one fail.
 */

/**
 * Makes the list of a workspace's delegations.
 *
 * @param {string} name The workspace's name.
 * @param {DelegationActions} actions What can be done.
 * @returns {{ root: HTMLElement, show: (delegations: readonly PageDelegation[], now: number) => void }}
 * The list, and what brings it up to date.
 */
export function delegationList(name, actions) {
  const list = element("ul", { class: "delegations" });
  const none = element("p", { class: "none" }, ["It has delegated nothing yet."]);
  const reply = element("input", { type: "text", value: "All done.", autocomplete: "off" });
  const label = element("label", {}, ["Reply, or error ", reply]);
  const more = button("Delegate something", actions.delegate);
  const root = element("section", { "aria-label": `Delegations of ${name}` }, [
    element("div", { class: "row" }, [element("h3", {}, ["Delegations"]), more, label]),
    list,
    none,
  ]);

  const make = (/** @type {PageDelegation} */ { id }) => {
    const about = element("span", { class: "about" });
    const buttons = element("span", { class: "row" }, [
      button("Finish", () => actions.finish(id, reply.value), {
        "aria-label": `Finish ${short(id)}`,
      }),
      button("Fail", () => actions.fail(id, reply.value), { "aria-label": `Fail ${short(id)}` }),
    ]);
    return element("li", {}, [element("code", {}, [short(id)]), about, buttons]);
  };
  const update = (/** @type {HTMLLIElement} */ item, /** @type {PageDelegation} */ delegation) => {
    const [, about, buttons] = item.children;
    if (about !== undefined) write(about, delegationWords(delegation, now));
    if (!(buttons instanceof HTMLElement) || buttons.hidden || delegation.endedAt === null) return;
    const hadFocus = buttons.contains(document.activeElement);
    buttons.hidden = true;
    // A button that goes away must not take the reader's place on the page with it.
    if (hadFocus) more.focus();
  };
  let now = 0;
  /** @type {Map<string, HTMLLIElement>} */
  const children = new Map();
  return {
    root,
    show(delegations, at) {
      now = at;
      const shown = delegations
        .filter(({ endedAt }, n) => endedAt === null || n >= delegations.length - MOST_ENDED)
        .toReversed();
      none.hidden = shown.length > 0;
      keep(list, shown, { key: ({ id }) => id, make, update, children });
      label.hidden = !delegations.some(({ endedAt }) => endedAt === null);
    },
  };
}
