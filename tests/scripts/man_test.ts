import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { allCommands } from "../../lib/commands/command_table.ts";
import { commandTable } from "../../lib/commands/routes.ts";
import {
  DEFAULT_CONFIGS_DIR,
  DEFAULT_RESULTS_FILE,
  ENVIRONMENT_VARIABLES,
} from "../../lib/config/mod.ts";
import { EXIT_CODE } from "../../lib/exit_code.ts";
import { defaultReportFile, leastGrants } from "../../lib/permissions.ts";
import { manPage } from "../../scripts/man/man_page.ts";
import { VERSION } from "../../lib/version.ts";
import { checkOut } from "./release/_release.ts";
import { makeTempDir, testWithPrograms } from "../support/mod.ts";

const PAGE = manPage(commandTable(), { version: "1.2.3", date: new Date("2026-11-26T23:59:59Z") });

/** The lines of the page behind a heading, without what makes them look well. */
function section(heading: string): string[] {
  const [, rest = ""] = PAGE.split(`\n.SH ${heading}\n`);
  const [text = ""] = rest.split(/^\.SH /m);
  return text.replaceAll("\\-", "-").replace(/^\.(B|BR|I|SS) /gm, "").split("\n");
}

Deno.test("manPage() names its version and the day it is of", () => {
  assertStringIncludes(PAGE, '"2026-11-26" "workspace-beat 1.2.3"');
});

Deno.test("manPage() names every subcommand, in its synopsis too", () => {
  for (const { path } of allCommands(commandTable()).slice(1)) {
    const command = path.join(" ");
    assert(section("SYNOPSIS").includes(`workspace-beat ${command}`), command);
    assert(section("COMMANDS").includes(command), command);
  }
});

Deno.test("manPage() explains every flag of a subcommand, there or for all", () => {
  const ofAll = section("OPTIONS").map((line) => line.split(" ")[0]);
  const page = section("COMMANDS").join("\n");
  for (const { flags, path } of allCommands(commandTable())) {
    const [, rest = ""] = page.split(`\n${path.join(" ")}\n`);
    for (const { name } of flags) {
      assert(ofAll.includes(`--${name}`) || rest.includes(`\n--${name}`), `${path} --${name}`);
    }
  }
});

Deno.test("manPage() names every variable once", () => {
  const named = section("ENVIRONMENT").filter((line) => /^[A-Za-z_]+$/.test(line));
  assertEquals(named.toSorted(), ENVIRONMENT_VARIABLES.toSorted());
});

Deno.test("manPage() lists every file that is kept by default, but for what only helps writing it", () => {
  const { write } = leastGrants({
    platformUrls: [],
    resultsFile: DEFAULT_RESULTS_FILE,
    configsDir: DEFAULT_CONFIGS_DIR,
    configFile: `${DEFAULT_CONFIGS_DIR}/config.yaml`,
    reportFile: defaultReportFile(DEFAULT_CONFIGS_DIR),
  });
  const kept = write.filter((path) => !/\.(tmp|next|taken\.lock|json\.lock)$/.test(path));
  const listed = section("FILES");
  assertEquals(kept.filter((path) => !listed.includes(path)), []);
});

Deno.test("manPage() says that a workspace which is not healthy gives 1", () => {
  const [, meaning = ""] = /^1\n([^]*?)\.TP$/m.exec(section("EXIT STATUS").join("\n")) ?? [];
  assertStringIncludes(meaning.replaceAll("\n", " "), "(status, health) not healthy");
});

Deno.test("manPage() lists every exit code", () => {
  const codes = section("EXIT STATUS").filter((line) => /^\d+$/.test(line)).map(Number);
  assertEquals(codes, Object.values(EXIT_CODE));
});

Deno.test("manPage() writes short lines, of which none is taken for a request", () => {
  const quirky = {
    ...commandTable(),
    description: `${"word ".repeat(15)}.first ${"x".repeat(90)}`,
  };
  const page = manPage(quirky, { version: "1.2.3", date: new Date(0) });
  assertStringIncludes(page, "\n\\&.first\n");
  assertStringIncludes(page, `\n${"x".repeat(90)}\n`);
});

Deno.test("man writes the page into build/, of the time that it is told", async () => {
  await using checkout = await checkOut();
  const { code, stderr, stdout } = await checkout.man();
  const path = `${checkout.path}/build/workspace-beat.1`;
  assertEquals([code, stderr, stdout], [0, "", `${path}\n`]);
  assertStringIncludes(await Deno.readTextFile(path), `"2027-01-15" "workspace-beat ${VERSION}"`);
});

testWithPrograms("mandoc finds no fault in the man page", {
  programs: ["mandoc"],
  async fn() {
    await using dir = await makeTempDir();
    await Deno.writeTextFile(`${dir.path}/page.1`, PAGE);
    const { code, stdout, stderr } = await new Deno.Command("mandoc", {
      args: ["-T", "lint", `${dir.path}/page.1`],
    }).output();
    const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assertEquals([code, ...said], [0, "", ""]);
  },
});
