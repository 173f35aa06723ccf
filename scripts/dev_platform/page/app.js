/**
 * @import { PageMessage, PageWorkspace } from "../page_workspace.ts"
 * @import { Judgement } from "./judgement.js"
 */
import { Card } from "./card.js";
import { byId, element, keep, write } from "./dom.js";
import { inOrder, judge, verdictOfAll } from "./judgement.js";
import { listen } from "./stream.js";
import { offerNewWorkspace } from "./new_workspace.js";
import { stretch } from "./track.js";
import { clock } from "./words.js";

/** Times are shown to the second. */
const TICK_MS = 1000;

/** The page: what the platform has told, and what of it is shown. */
class Page {
  /** @type {Map<string, PageWorkspace>} */
  #workspaces = new Map();
  /** @type {Map<string, Card>} */
  #cards = new Map();
  /** @type {Map<string, HTMLLIElement>} */
  #cardRoots = new Map();
  /** @type {Map<string, HTMLLIElement>} */
  #lines = new Map();
  /** How far the platform's clock is ahead of this one. */
  #ahead = 0;
  #url = "";
  #dialect = "";
  /** @type {number | undefined} */
  #lostAt;
  #announced = "";

  /**
   * Takes in a message.
   *
   * @param {PageMessage} message The message.
   * @param {boolean} isAll Whether it has all workspaces.
   */
  receive({ now, url, dialect, workspaces }, isAll) {
    this.#ahead = now - Date.now();
    this.#url = url;
    this.#dialect = dialect;
    if (isAll) this.#workspaces.clear();
    for (const workspace of workspaces) this.#workspaces.set(workspace.id, workspace);
    this.show();
  }

  /**
   * Takes in whether the platform can be heard.
   *
   * @param {boolean} connected Whether it can.
   */
  connected(connected) {
    if (connected === (this.#lostAt === undefined)) return;
    this.#lostAt = connected ? undefined : Date.now();
    this.show();
    this.announce(connected ? "Connected again." : "The connection to the platform is lost.");
  }

  /**
   * Tells those who do not see the page.
   *
   * @param {string} text What.
   */
  announce(text) {
    write(byId("announcement"), text);
  }

  /** Shows how all is now. */
  show() {
    const now = (this.#lostAt ?? Date.now()) + this.#ahead;
    const judged = inOrder([...this.#workspaces.values()].map((workspace) => ({
      workspace,
      judgement: judge(workspace, now),
    })));
    this.#showConnection();
    if (this.#url === "") return;
    this.#showSummary(judged);
    const shown = stretch([...this.#workspaces.values()], now);
    keep(byId("workspaces"), judged, {
      key: ({ workspace }) => workspace.id,
      make: ({ workspace }) => {
        const card = new Card(workspace, (text) => this.announce(text));
        this.#cards.set(workspace.id, card);
        return card.root;
      },
      update: (_root, { workspace, judgement }) => {
        const card = this.#cards.get(workspace.id);
        card?.show({ workspace, judgement, stretch: shown, url: this.#url });
      },
      children: this.#cardRoots,
    });
  }

  #showConnection() {
    const lost = this.#lostAt;
    const line = byId("connection");
    line.classList.toggle("lost", lost !== undefined);
    const where = `${this.#url}, dialect ${this.#dialect}`;
    if (lost !== undefined) {
      write(
        line,
        `No connection since ${clock(lost)}: what you see is as it was then. Trying again…`,
      );
    } else if (this.#url !== "") {
      write(line, `Live from ${where}`);
    }
  }

  /** @param {readonly { workspace: PageWorkspace, judgement: Judgement }[]} judged */
  #showSummary(judged) {
    const troubled = judged.filter(({ judgement }) => judgement.verdict === "trouble");
    const verdict = verdictOfAll(judged.map(({ judgement }) => judgement));
    byId("summary").className = troubled.length > 0 ? "trouble" : "fine";
    write(byId("headline"), troubled.length > 0 ? `${verdict}:` : `${verdict}.`);
    document.title = troubled.length > 0
      ? `(${troubled.length}) Development platform`
      : "Development platform";
    keep(byId("troubles"), troubled, {
      key: ({ workspace }) => workspace.id,
      make: ({ workspace }) => {
        const link = element("a", { href: `#title-${workspace.id}` }, [workspace.name]);
        return element("li", {}, [link, element("span")]);
      },
      update: (line, { judgement: { what, now, why, expiry, isSilent } }) => {
        const rest = line.lastElementChild;
        const parts = [`${what}, ${now}`, isSilent ? expiry : ""];
        if (rest !== null) {
          write(rest, ` ${parts.filter((part) => part !== "").join("; ")} (${why}).`);
        }
      },
      children: this.#lines,
    });
    const lasting = troubled.map(({ workspace, judgement }) =>
      `${workspace.name} ${judgement.what}`
    );
    const words = [verdict, ...lasting].join(". ");
    if (words !== this.#announced) this.announce(`${words}.`);
    this.#announced = words;
  }
}

const page = new Page();
listen({
  message: (message, isAll) => page.receive(message, isAll),
  connected: (connected) => page.connected(connected),
});
offerNewWorkspace((text) => page.announce(text));
setInterval(() => page.show(), TICK_MS);
