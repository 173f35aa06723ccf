/** @import { PageWorkspace } from "../page_workspace.ts" */
import { element, write } from "./dom.js";
import { gaps, gapWords, momentWords } from "./track.js";
import { clock } from "./words.js";

const MOST_LISTED = 60;

/**
 * Lists in words what has happened to a workspace, the youngest first.
 *
 * @param {PageWorkspace} workspace The workspace.
 * @param {number} now The platform's time.
 * @returns {{ at: number, text: string }[]} One line each; beats in a row are one line.
 */
export function happenings(workspace, now) {
  /** @type {{ at: number, text: string, kind: string, times: number }[]} */
  const lines = [];
  for (const moment of workspace.moments) {
    const text = momentWords(moment);
    const last = lines.at(-1);
    const isMore = last?.text === text && (moment.kind === "beat" || moment.kind === "failure");
    if (last !== undefined && isMore) {
      last.times++;
      last.at = moment.at;
    } else {
      lines.push({ at: moment.at, text, kind: moment.kind, times: 1 });
    }
  }
  const told = lines.map(({ at, text, times }) => ({
    at,
    text: times === 1 ? text : `${text}, ${times} times`,
  }));
  const silences = gaps(workspace, now).map((gap) => ({ at: gap.to, text: gapWords(gap, now) }));
  return [...told, ...silences].toSorted((a, b) => b.at - a.at).slice(0, MOST_LISTED);
}

/**
 * Makes the list of what has happened, which is folded up at first.
 *
 * @param {string} name The workspace's name.
 * @returns {{ root: HTMLElement, show: (workspace: PageWorkspace, now: number) => void }} The list,
 * and what brings it up to date.
 */
export function happeningsList(name) {
  const list = element("ol", {
    class: "happenings",
    tabindex: "0",
    "aria-label": `History of ${name}`,
  });
  const root = element("details", {}, [element("summary", {}, ["Everything that happened"]), list]);
  let shown = "";
  return {
    root,
    show(workspace, now) {
      if (!root.open) return;
      const lines = happenings(workspace, now).map(({ at, text }) => ({ at: clock(at), text }));
      if (lines.length === 0) lines.push({ at: clock(workspace.createdAt), text: "Made" });
      const whole = JSON.stringify(lines);
      if (whole === shown) return;
      shown = whole;
      list.replaceChildren(...lines.map(({ at, text }) => {
        const line = element("li", {}, [element("time", {}, [at]), " "]);
        const words = element("span");
        write(words, text);
        line.append(words);
        return line;
      }));
    },
  };
}
