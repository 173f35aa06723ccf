import { assertEquals, assertMatch } from "@std/assert";
import { folderFinding, type Ownership } from "../../lib/commands/results_checks.ts";

/** A folder, a file's owner and the mode that the settings give it, and what is said of them. */
interface Judged {
  readonly what: string;
  readonly folder: Ownership;
  readonly file: Ownership;
  readonly status: "ok" | "warning";
  readonly says: string;
}

function owned(uid: number, gid: number, mode: number): Ownership {
  return { uid, gid, mode };
}

const JUDGED: readonly Judged[] = [
  {
    what: "the folder is sticky and the file private",
    folder: owned(0, 0, 0o41777),
    file: owned(1000, 1000, 0o600),
    status: "ok",
    says: "'/d' is sticky (mode 1777): only root and user 1000 can take '/d/r' away and read it",
  },
  {
    what: "the folder is sticky and all are root",
    folder: owned(0, 0, 0o41777),
    file: owned(0, 0, 0o600),
    status: "ok",
    says: "'/d' is sticky (mode 1777): only root can take '/d/r' away and read it",
  },
  {
    what: "the folder is sticky and a group is to share the file",
    folder: owned(0, 0, 0o41777),
    file: owned(1000, 50, 0o660),
    status: "warning",
    says: "'/d' is sticky (mode 1777): only root and user 1000 can take '/d/r' away, only root, " +
      "user 1000 and group 50 can read it: --results-mode 0660 lets no other agent take it",
  },
  {
    what: "the folder is sticky and everybody is to share the file",
    folder: owned(0, 0, 0o41777),
    file: owned(1000, 50, 0o606),
    status: "warning",
    says:
      "'/d' is sticky (mode 1777): only root and user 1000 can take '/d/r' away, everybody can " +
      "read it: --results-mode 0606 lets no other agent take it",
  },
  {
    what: "the folder is sticky, and the agent's own, and the file shared",
    folder: owned(2000, 50, 0o41770),
    file: owned(1000, 50, 0o660),
    status: "ok",
    says: "'/d' is sticky (mode 1770): only root, user 2000 and user 1000 can take '/d/r' away, " +
      "only root, user 1000 and group 50 can read it",
  },
  {
    what: "the folder is sticky, and the agent's own, and the file private",
    folder: owned(2000, 50, 0o41777),
    file: owned(1000, 50, 0o600),
    status: "warning",
    says: "'/d' is sticky (mode 1777): only root, user 2000 and user 1000 can take '/d/r' away, " +
      "only root and user 1000 can read it: what user 2000 takes is lost",
  },
  {
    what: "folder and file are private to one user",
    folder: owned(1000, 1000, 0o40700),
    file: owned(1000, 1000, 0o600),
    status: "ok",
    says: "'/d' belongs to user 1000 (mode 0700): only root and user 1000 can take '/d/r' away " +
      "and read it",
  },
  {
    what: "the folder is private and the file is to be shared",
    folder: owned(1000, 1000, 0o40755),
    file: owned(1000, 50, 0o640),
    status: "warning",
    says: "'/d' belongs to user 1000 (mode 0755): only root and user 1000 can take '/d/r' away, " +
      "only root, user 1000 and group 50 can read it: --results-mode 0640 lets no other agent " +
      "take it",
  },
  {
    what: "a group shares both",
    folder: owned(0, 50, 0o42770),
    file: owned(1000, 50, 0o660),
    status: "ok",
    says: "'/d' belongs to root (mode 2770): only root, user 1000 and group 50 can take '/d/r' " +
      "away and read it",
  },
  {
    what: "everybody shares the folder and the file is private",
    folder: owned(0, 0, 0o40777),
    file: owned(1000, 1000, 0o600),
    status: "ok",
    says: "'/d' belongs to root (mode 0777): everybody can take '/d/r' away, only root and user " +
      "1000 can read it",
  },
  {
    what: "everybody shares both",
    folder: owned(0, 0, 0o40777),
    file: owned(1000, 1000, 0o666),
    status: "ok",
    says: "'/d' belongs to root (mode 0777): everybody can take '/d/r' away and read it",
  },
  {
    what: "the folder is the agent's and the sidecar root, with a private file",
    folder: owned(2000, 2000, 0o40755),
    file: owned(0, 0, 0o600),
    status: "warning",
    says: "'/d' belongs to user 2000 (mode 0755): only root and user 2000 can take '/d/r' away, " +
      "only root can read it: what user 2000 takes is lost",
  },
  {
    what: "the folder is the agent's and the sidecar root, with a shared file",
    folder: owned(2000, 2000, 0o40755),
    file: owned(0, 0, 0o644),
    status: "ok",
    says: "'/d' belongs to user 2000 (mode 0755): only root and user 2000 can take '/d/r' away, " +
      "everybody can read it",
  },
  {
    what: "the folder is another user's, who lets nobody write",
    folder: owned(2000, 2000, 0o40755),
    file: owned(1000, 1000, 0o600),
    status: "warning",
    says: "'/d' belongs to user 2000 (mode 0755): only root and user 2000 can take '/d/r' away, " +
      "only root and user 1000 can read it, but user 1000, whose file it is, cannot take it away",
  },
  {
    what: "the folder is root's, who lets nobody write",
    folder: owned(0, 0, 0o41755),
    file: owned(1000, 1000, 0o600),
    status: "warning",
    says: "'/d' is sticky (mode 1755): only root can take '/d/r' away, only root and user 1000 " +
      "can read it, but user 1000, whose file it is, cannot take it away",
  },
];

for (const { what, folder, file, status, says } of JUDGED) {
  Deno.test(`folderFinding() says who can take the file, with ${status}, when ${what}`, () => {
    const found = folderFinding({ folder: "/d", path: "/d/r", file, owner: folder });
    assertEquals([found.name, found.status, found.message], ["results folder", status, says]);
    assertEquals(found.remedy === "", status === "ok");
    assertEquals(found.exitCode, 0);
  });
}

Deno.test("folderFinding() says that it has not looked when the folder is only taken for sticky", () => {
  const [file, owner] = [owned(1000, 1000, 0o600), owned(0, 0, 0o1777)];
  const found = folderFinding({ folder: "/d", path: "/d/r", file, owner, isAssumed: true });
  assertEquals(found.status, "ok");
  assertMatch(found.message, /^'\/d' is not granted, but usually sticky \(mode 1777\): only root /);
});

Deno.test("folderFinding() tests nothing when the system knows no owners", () => {
  const nobody = { uid: null, gid: null, mode: null };
  const found = folderFinding({ folder: "/d", path: "/d/r", file: nobody, owner: nobody });
  assertEquals([found.status, found.exitCode], ["skipped", 0]);
});
