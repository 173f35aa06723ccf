import { makeWorkspace, outcome } from "./controls.js";
import { byId, element, write } from "./dom.js";

/**
 * Lets the reader make a workspace.
 *
 * @param {(text: string) => void} announce Tells those who do not see the page.
 */
export function offerNewWorkspace(announce) {
  const name = element("input", {
    ...{ type: "text", value: "Scribe", autocomplete: "off" },
    // A card without a heading could not be found.
    ...{ required: "", pattern: ".*\\S.*", maxlength: "60" },
  });
  const said = element("p", { class: "said" });
  const form = element("form", { class: "row" }, [
    element("label", {}, ["Name of a new workspace ", name]),
    element("button", { type: "submit" }, ["Make a workspace"]),
    said,
  ]);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const chosen = name.value.trim();
    const done = `${chosen} is there; the terminal of the platform has its token`;
    const { text } = await outcome(makeWorkspace(chosen), done);
    write(said, text);
    announce(text);
  });
  byId("new-workspace").append(form);
}
