/**
 * @import { PageWorkspace } from "../page_workspace.ts"
 * @import { Judgement } from "./judgement.js"
 * @import { Stretch } from "./track.js"
 */
import { control, outcome } from "./controls.js";
import { delegationList } from "./delegations.js";
import { button, drawn, element, write } from "./dom.js";
import { happeningsList } from "./happenings.js";
import { drawTrack, trackWords } from "./track.js";
import { clock, faultWords, short, span } from "./words.js";

const VERDICTS = { trouble: "In trouble", waiting: "Waiting", fine: "Fine" };

const NEAR = "800px";

/**
 * What a card shows.
 *
 * @typedef {object} Shown
 * @property {PageWorkspace} workspace The workspace.
 * @property {Judgement} judgement What is to be said about it.
 * @property {Stretch} stretch The stretch of time that its timeline shows.
 * @property {string} url Where the platform listens.
 */

/** The card of one workspace. */
export class Card {
  /** Its element in the list. */
  root;
  /** @type {PageWorkspace} */
  #workspace;
  #announce;
  #parts = {
    verdict: element("span", { class: "verdict" }),
    status: element("span", { class: "status-word" }),
    expiry: element("span", { class: "expiry" }),
    sentence: element("p", { class: "sentence" }),
    task: element("p", { class: "task" }),
    faults: element("p", { class: "faults" }),
    start: element("p", { class: "start" }),
    axis: element("p", { class: "axis", "aria-hidden": "true" }),
    track: drawn("svg", { class: "track", role: "img" }),
    chat: element("ol", { class: "chat" }),
    said: element("p", { class: "said" }),
  };
  #delegations;
  #happenings;
  #buttons;
  #chatShown = "nothing yet";
  /** Drawing takes time: hundreds of timelines that nobody sees are not drawn each second. */
  #isNear = false;
  /** @type {Stretch | undefined} */
  #stretch;

  /**
   * @param {PageWorkspace} workspace The workspace.
   * @param {(text: string) => void} announce Tells those who do not see the page.
   */
  constructor(workspace, announce) {
    const { id, name } = workspace;
    this.#workspace = workspace;
    this.#announce = announce;
    this.#delegations = delegationList(name, {
      delegate: () => this.#do("delegate", {}, `${name} has delegated something`),
      finish: (did, reply) =>
        this.#do("finish", { delegation_id: did, reply }, `Delegation ${short(did)} is finished`),
      fail: (did, error) =>
        this.#do("fail", { delegation_id: did, error }, `Delegation ${short(did)} has failed`),
    });
    this.#happenings = happeningsList(name);
    this.#buttons = {
      rotate: button("Rotate the token", () => this.#rotate()),
      refuse: button("", () => this.#toggle("503", { kind: "answer", status: 503 })),
      cut: button("", () => this.#toggle("cut", { kind: "reset" })),
      pause: button(
        "",
        () => this.#status(this.#workspace.status === "paused" ? "online" : "paused"),
      ),
      remove: button("", () => this.#removeOrRestore()),
    };
    this.root = this.#layOut(id, name);
    const observer = new IntersectionObserver((entries) => {
      this.#isNear = entries.at(-1)?.isIntersecting ?? false;
      this.#draw();
    }, { rootMargin: NEAR });
    observer.observe(this.root);
  }

  /**
   * Brings the card up to date.
   *
   * @param {Shown} shown What it shows.
   */
  show({ workspace, judgement, stretch, url }) {
    this.#workspace = workspace;
    const { id, name, status, faults } = workspace;
    const { verdict, what, now, why, expiry, isSilent } = judgement;
    const parts = this.#parts;
    this.root.className = verdict;
    const resting = status === "removed" ? "Deleted" : status[0]?.toUpperCase() + status.slice(1);
    write(parts.verdict, verdict === "resting" ? resting : VERDICTS[verdict]);
    write(parts.status, status);
    write(parts.expiry, expiry);
    parts.expiry.classList.toggle("pressing", isSilent);
    const sentence = [what, now].filter((part) => part !== "").join(", ");
    write(parts.sentence, `${name} ${sentence}${why === "" ? "" : `: ${why}`}.`);
    write(parts.task, taskWords(workspace, verdict));
    write(parts.faults, faults.map(faultWords).join(" "));
    const start = `WORKSPACE_ID=${id} PLATFORM_URL=${url}`;
    write(
      parts.start,
      workspace.lastBeatAt === null && status !== "removed"
        ? `Its sidecar needs ${start} and the token that the platform's terminal shows.`
        : "",
    );
    parts.track.setAttribute("aria-label", trackWords(workspace, stretch));
    this.#stretch = stretch;
    this.#draw();
    this.#showAxis(stretch);
    this.#delegations.show(workspace.delegations, stretch.to);
    this.#happenings.show(workspace, stretch.to);
    this.#showChat();
    this.#labelButtons();
  }

  #draw() {
    if (!this.#isNear || this.#stretch === undefined) return;
    drawTrack(this.#parts.track, this.#workspace, this.#stretch);
  }

  #labelButtons() {
    const { status } = this.#workspace;
    const isRemoved = status === "removed";
    const { rotate, refuse, cut, pause, remove } = this.#buttons;
    write(refuse, this.#isStruckBy("503") ? "Stop answering 503" : "Answer 503");
    write(cut, this.#isStruckBy("cut") ? "Stop cutting the connection" : "Cut the connection");
    write(pause, status === "paused" ? "Resume" : "Pause");
    write(remove, isRemoved ? "Restore" : "Delete");
    for (const one of [rotate, refuse, cut, pause]) one.disabled = isRemoved;
  }

  /** @param {Stretch} stretch */
  #showAxis({ from, to }) {
    const { axis } = this.#parts;
    const [left, middle] = [to - from, (to - from) / 2].map((ms) => `${span(ms)} ago`);
    if (axis.children.length === 0) {
      axis.append(...["", "", "now"].map((text) => element("span", {}, [text])));
    }
    const [first, second] = axis.children;
    if (first !== undefined) write(first, left ?? "");
    if (second !== undefined) write(second, middle ?? "");
  }

  #showChat() {
    const { chat } = this.#workspace;
    const whole = JSON.stringify(chat);
    if (whole === this.#chatShown) return;
    this.#chatShown = whole;
    const bubbles = chat.map(({ at, message }) =>
      element("li", {}, [element("p", {}, [message]), element("time", {}, [clock(at)])])
    );
    const none = element("li", { class: "none" }, ["It has told the user nothing yet."]);
    this.#parts.chat.replaceChildren(...(bubbles.length === 0 ? [none] : bubbles));
    this.#parts.chat.scrollTop = this.#parts.chat.scrollHeight;
  }

  /** @param {string} what */
  #isStruckBy(what) {
    return this.#workspace.faults.some((fault) =>
      fault.what === what && fault.where === "every request"
    );
  }

  /**
   * @param {string} what
   * @param {object} fault
   */
  async #toggle(what, fault) {
    const { name } = this.#workspace;
    const how = what === "cut" ? "cut off" : `answered with ${what}`;
    if (this.#isStruckBy(what)) {
      await this.#do("mend", {}, `${name} is no longer ${how}`);
    } else {
      await this.#do("fault", { fault }, `${name} is ${how} from now on`);
    }
  }

  async #rotate() {
    const where = "the terminal of the platform has the new one";
    await this.#do("rotate-token", {}, `${this.#workspace.name}'s old token is refused; ${where}`);
  }

  /** @param {string} status */
  async #status(status) {
    return await this.#do("status", { status }, `${this.#workspace.name} is ${status} now`);
  }

  async #removeOrRestore() {
    const wasRemoved = this.#workspace.status === "removed";
    if (!await this.#status(wasRemoved ? "online" : "removed")) return;
    // A removal has revoked all its tokens.
    if (wasRemoved) await this.#rotate();
  }

  /**
   * Does something and says that it is done, or why not.
   *
   * @param {string} action
   * @param {object} body
   * @param {string} done
   */
  async #do(action, body, done) {
    const { isDone, text } = await outcome(control(this.#workspace.id, action, body), done);
    write(this.#parts.said, `${clock(Date.now())} ${text}`);
    this.#announce(text);
    return isDone;
  }

  /**
   * @param {string} id
   * @param {string} name
   */
  #layOut(id, name) {
    const { verdict, status, expiry, sentence, task, faults, start, axis, track, chat, said } =
      this.#parts;
    const lanes = ["Beats", "Events", "Notes", "Work"].map((lane) => element("span", {}, [lane]));
    const title = `title-${id}`;
    const controls = element("section", { "aria-label": `What can go wrong for ${name}` }, [
      element("h3", {}, ["Let something go wrong"]),
      element("div", { class: "row" }, Object.values(this.#buttons)),
      said,
    ]);
    const talk = element("section", { "aria-label": `Chat of ${name} with the user` }, [
      element("h3", {}, ["Chat, as the user sees it"]),
      chat,
    ]);
    chat.tabIndex = 0;
    chat.setAttribute("aria-label", `What ${name} has told the user`);
    return element("li", { id: `card-${id}` }, [
      element("article", { "aria-labelledby": title }, [
        element("header", {}, [
          element("h2", { id: title, tabindex: "-1" }, [name]),
          verdict,
          element("span", { class: "facts" }, ["Status ", status]),
          expiry,
          element("code", { class: "id" }, [id]),
        ]),
        sentence,
        faults,
        start,
        task,
        element("div", { class: "timeline" }, [
          element("div", { class: "lanes", "aria-hidden": "true" }, lanes),
          track,
          axis,
        ]),
        element("div", { class: "columns" }, [this.#delegations.root, talk]),
        controls,
        this.#happenings.root,
      ]),
    ]);
  }
}

/**
 * @param {PageWorkspace} workspace
 * @param {Judgement["verdict"]} verdict
 * @returns {string}
 */
function taskWords({ status, task }, verdict) {
  if (task === "" || status === "removed") return "";
  return verdict === "fine" || status === "degraded" ? `At work on: ${task}` : `Was at: ${task}`;
}
