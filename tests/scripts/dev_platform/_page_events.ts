import type { DevPlatform } from "../../../scripts/dev_platform/mod.ts";
import type { PageMessage, PageWorkspace } from "../../../scripts/dev_platform/page_workspace.ts";
import { patient } from "../../support/patient.ts";

/** One server-sent event. */
export interface PageEvent {
  /** Its type. */
  readonly type: string;
  /** Its id. */
  readonly id: string;
  /** What it says. */
  readonly message: PageMessage;
  /** Its text as it came. */
  readonly text: string;
}

/** The page's stream, as a browser reads it. */
export class PageEvents implements AsyncDisposable {
  readonly #end = new AbortController();
  readonly #events: AsyncGenerator<PageEvent>;

  /**
   * Listens as a browser does.
   *
   * @param platform The platform.
   * @param lastEventId What the client says that it knows.
   */
  constructor(platform: Pick<DevPlatform, "url">, lastEventId?: string) {
    this.#events = read(`${platform.url}/_dev/events`, {
      headers: lastEventId === undefined ? {} : { "Last-Event-ID": lastEventId },
      signal: this.#end.signal,
    });
  }

  /** Waits for the next event. */
  async next(): Promise<PageEvent> {
    const { value, done } = await patient(this.#events.next());
    if (done) throw new Error("The stream has ended");
    return value;
  }

  /** Waits for an event that shows a workspace so. */
  async until(shows: (workspace: PageWorkspace) => boolean): Promise<PageWorkspace> {
    for (;;) {
      const found = (await this.next()).message.workspaces.find(shows);
      if (found !== undefined) return found;
    }
  }

  /** Waits for the end of the stream. */
  async ended(): Promise<void> {
    for (;;) if ((await patient(this.#events.next())).done) return;
  }

  /** Hangs up. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#events.return(undefined);
  }
}

async function* read(url: string, init: RequestInit): AsyncGenerator<PageEvent> {
  try {
    const { body } = await fetch(url, init);
    let text = "";
    for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const events = (text + chunk).split("\n\n");
      text = events.pop() ?? "";
      for (const event of events) {
        const fields = new Map(
          event.split("\n").map((line) => {
            const at = line.indexOf(": ");
            return [line.slice(0, at), line.slice(at + 2)];
          }),
        );
        const data = fields.get("data");
        if (data === undefined) continue;
        const [type = "", id = ""] = [fields.get("event"), fields.get("id")];
        yield { type, id, message: JSON.parse(data), text: event };
      }
    }
  } catch (error) {
    // The connection was dropped, by us or by the platform.
    if (!(error instanceof TypeError) && !(error instanceof DOMException)) throw error;
  }
}
