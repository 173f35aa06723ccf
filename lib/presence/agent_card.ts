import { mayRead } from "../grants.ts";
import { readSmallFile } from "../small_file.ts";
import { neutralise } from "../text.ts";

/** What an agent card is made of (contract 1.2, 4.6). */
export interface AgentCardOptions {
  /** The JSON file that holds the whole card. */
  readonly agentCardFile: string;
  /**
   * Whether somebody has named that file, so that it has to be there.
   *
   * @default {whether `agentCardFile` is given}
   */
  readonly isAgentCardNamed: boolean;
  /** The agent's name, where there is no file; else one is made from the workspace's id. */
  readonly agentName?: string | undefined;
  /** What it is for. */
  readonly agentDescription?: string | undefined;
  /** What it can do. */
  readonly agentSkills?: readonly string[] | undefined;
  /** Where it takes messages; it wins over what the file says. */
  readonly agentUrl?: string | undefined;
}

/** A card, and where its agent takes messages. */
export interface AgentCard {
  /** What the platform shows, and what other agents choose by. */
  readonly card: Readonly<Record<string, unknown>>;
  /** The agent's address; "" when nobody has said. */
  readonly url: string;
}

/** A card is a page of text; a larger file is something else. */
const LARGEST_CARD_BYTES = 256 * 1024;

/**
 * Makes the agent card: from its file, or else from what the settings say.
 *
 * Requires `--allow-read` for the file; a file that is not granted and that nobody has named counts
 * as absent.
 *
 * @param workspaceId Whose agent it is.
 * @param options What is said of it.
 * @throws {TypeError} The file holds no card.
 * @throws {Error} The file cannot be read.
 */
export async function readAgentCard(
  workspaceId: string,
  options: AgentCardOptions,
): Promise<AgentCard> {
  const { agentCardFile: file, agentUrl, isAgentCardNamed } = options;
  const isRead = isAgentCardNamed || mayRead(file);
  const text = isRead ? await readSmallFile(file, LARGEST_CARD_BYTES) : undefined;
  if (text !== undefined) return withUrl(parseCard(text, file), agentUrl);
  if (isAgentCardNamed) throw refusal(file, "there is no such file");
  const { agentName, agentDescription, agentSkills = [] } = options;
  const card = {
    name: agentName ?? `molecule-mcp-${workspaceId.slice(0, 8)}`,
    ...(agentDescription !== undefined && { description: agentDescription }),
    skills: agentSkills.map((name) => ({ name })),
  };
  return withUrl(card, agentUrl);
}

function withUrl(card: AgentCard["card"], agentUrl: string | undefined): AgentCard {
  const own = typeof card["url"] === "string" ? card["url"] : "";
  const url = agentUrl ?? own;
  return { card: url === own ? card : { ...card, url }, url };
}

function parseCard(text: string, file: string): AgentCard["card"] {
  let card: unknown;
  try {
    card = JSON.parse(text);
  } catch (error) {
    // Up to the excerpt of the file, which may be somebody's secrets.
    const [words = ""] = (error instanceof Error ? error.message : "").split(/, "|\.\.\./);
    throw refusal(file, `it is no JSON (${neutralise(words, 100)})`);
  }
  if (typeof card !== "object" || card === null || Array.isArray(card)) {
    throw refusal(file, "it holds no object");
  }
  const fields = Object.fromEntries(Object.entries(card));
  if (typeof fields["name"] !== "string" || fields["name"].trim() === "") {
    throw refusal(file, "it has no name");
  }
  return fields;
}

function refusal(file: string, why: string): TypeError {
  return new TypeError(
    `Cannot use the agent card '${file}': ${why}: expected a JSON object with a 'name', and perhaps ` +
      "'description', 'skills' and 'url'",
  );
}
