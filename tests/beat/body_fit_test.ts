import { assertEquals, assertMatch } from "@std/assert";
import { beatBody } from "../../lib/beat/body.ts";
import { BodyFit } from "../../lib/beat/body_fit.ts";
import { Secrets } from "../../lib/log/mod.ts";
import { Report } from "../../lib/report/mod.ts";

const HOUR_MS = 60 * 60 * 1000;

/** Options of {@linkcode fitting}. */
interface FittingOptions {
  /** The generation that the bodies echo; by default they echo none. */
  readonly generation?: number;
  /** Fields that the platform refuses at first. */
  readonly refuses?: readonly string[];
}

/** A fit, and a platform that refuses bodies with some fields. */
function fitting({ generation, refuses = [] }: FittingOptions = {}) {
  let now = 0;
  const fit = new BodyFit(() => now);
  const report = new Report();
  report.startTask("Counting ducks");
  report.recordError("no ducks");
  const make = (observedGeneration?: number) =>
    beatBody(report.snapshot(), {
      workspaceId: "w",
      uptimeMs: 0,
      observedGeneration,
      secrets: new Secrets(),
    });
  const full = make(generation);
  let refused = refuses;
  /** Sends one beat as the loop does; gives what each body that was sent lacked, and the news. */
  const beat = (body = full) => {
    const lacks: (readonly string[])[] = [];
    let sent: object | undefined = fit.begin(body);
    while (sent !== undefined) {
      const names = Object.keys(sent);
      lacks.push(Object.keys(body).filter((name) => !names.includes(name)));
      if (!refused.some((name) => names.includes(name))) break;
      sent = fit.refused(body);
    }
    const isAccepted = sent !== undefined;
    return { lacks, isAccepted, news: isAccepted ? fit.accepted(body) : undefined };
  };
  return {
    fit,
    body: full,
    /** A body that echoes no generation. */
    silent: make(),
    beat,
    refuse: (...fields: string[]) => {
      refused = fields;
    },
    pass: (ms: number) => {
      now += ms;
    },
  };
}

const FULL: readonly string[] = [];
const NO_METADATA = ["runtime_metadata"];
const NO_TEXTS = ["sample_error", "current_task", "runtime_metadata"];

Deno.test("BodyFit.begin() gives the full body, and there is no news, when the platform takes it", () => {
  const { beat, body, fit } = fitting({ generation: 7 });
  assertEquals(fit.begin(body), body);
  for (let n = 0; n < 3; n++) {
    assertEquals(beat(), { lacks: [FULL], isAccepted: true, news: undefined });
  }
});

const steps: [
  refuses: string[],
  generation: number | undefined,
  lacks: readonly (readonly string[])[],
][] = [
  [["observed_generation"], 7, [FULL, ["observed_generation"]]],
  [["runtime_metadata"], undefined, [FULL, NO_METADATA]],
  [["runtime_metadata"], 7, [
    FULL,
    ["observed_generation"],
    ["observed_generation", "runtime_metadata"],
  ]],
  [["sample_error"], undefined, [FULL, NO_METADATA, NO_TEXTS]],
  [["current_task"], undefined, [FULL, NO_METADATA, NO_TEXTS]],
];
for (const [refuses, generation, lacks] of steps) {
  const echoed = generation === undefined ? "" : " and a generation is echoed";
  Deno.test(`BodyFit.refused() leaves out one step after the other when the platform refuses ${refuses}${echoed}`, () => {
    const { beat } = fitting({ refuses, ...(generation !== undefined && { generation }) });
    const first = beat();
    assertEquals([first.lacks, first.isAccepted], [lacks, true]);
  });
}

Deno.test("BodyFit.refused() never leaves out what every beat needs", () => {
  const { body, fit } = fitting({ generation: 7 });
  let last: object = {};
  for (let sent: object | undefined = fit.begin(body); sent !== undefined;) {
    last = sent;
    sent = fit.refused(body);
  }
  assertEquals(last, {
    workspace_id: "w",
    error_rate: 1,
    active_tasks: 1,
    uptime_seconds: 0,
  });
});

const messages: [refuses: string[], generation: number | undefined, message: RegExp][] = [
  [
    ["observed_generation"],
    7,
    /^The platform refuses beats with observed_generation: they are sent without observed_generation, so that the platform does not learn which generation was seen; /,
  ],
  [
    ["runtime_metadata"],
    undefined,
    /^The platform refuses beats with runtime_metadata: they are sent without runtime_metadata, so that the platform knows neither capabilities nor idle time-out; /,
  ],
  [
    ["current_task"],
    undefined,
    /^The platform refuses beats with sample_error or current_task: they are sent without runtime_metadata, sample_error, current_task, so that .+, the platform shows no error, the platform shows no task; /,
  ],
];
for (const [refuses, generation, message] of messages) {
  Deno.test(`BodyFit.accepted() names the field, and what that means, when the platform refuses ${refuses}`, () => {
    const { beat } = fitting({ refuses, ...(generation !== undefined && { generation }) });
    beat();
    const { news } = beat();
    assertEquals(news?.isTrimmed, true);
    assertMatch(news?.message ?? "", message);
    assertMatch(
      news?.message ?? "",
      /the full body is tried again every hour: update the platform/,
    );
  });
}

Deno.test("BodyFit costs one beat without the block, and says nothing, when the platform refuses a beat in passing", () => {
  const { beat, pass, refuse } = fitting({ refuses: ["runtime_metadata"] });
  assertEquals(beat(), { lacks: [FULL, NO_METADATA], isAccepted: true, news: undefined });
  refuse();
  for (let n = 0; n < 3; n++) {
    pass(30_000);
    assertEquals(beat(), { lacks: [FULL], isAccepted: true, news: undefined });
  }
});

Deno.test("BodyFit.accepted() tells it with the second beat, which has confirmed it, and not again", () => {
  const { beat, pass } = fitting({ refuses: ["runtime_metadata"] });
  const told: (boolean | undefined)[] = [];
  for (let n = 0; n < 6; n++) {
    told.push(beat().news?.isTrimmed);
    pass(30_000);
  }
  assertEquals(told, [undefined, true, undefined, undefined, undefined, undefined]);
});

Deno.test("BodyFit.begin() tries the full body with the second beat, and then no sooner than in an hour, when the platform refuses it", () => {
  const { beat, pass } = fitting({ refuses: ["runtime_metadata"] });
  assertEquals(beat().lacks, [FULL, NO_METADATA]);
  pass(30_000);
  assertEquals(beat().lacks, [FULL, NO_METADATA]);
  for (let n = 0; n < 3; n++) {
    pass(HOUR_MS - 1);
    assertEquals(beat(), { lacks: [NO_METADATA], isAccepted: true, news: undefined });
    pass(1);
    assertEquals(beat(), { lacks: [FULL, NO_METADATA], isAccepted: true, news: undefined });
  }
});

Deno.test("BodyFit.begin() tries the full body with the next beat when the try did not get an answer", () => {
  const { beat, body, fit, pass } = fitting({ refuses: ["runtime_metadata"] });
  beat();
  beat();
  pass(HOUR_MS);
  assertEquals(fit.begin(body), body); // and nobody answers
  assertEquals(beat().lacks, [FULL, NO_METADATA]);
});

Deno.test("BodyFit.accepted() tells that all is well again when the platform takes the full body after an hour", () => {
  const { beat, pass, refuse } = fitting({ refuses: ["runtime_metadata"] });
  beat();
  beat();
  refuse();
  pass(HOUR_MS);
  assertEquals(beat().news, {
    isTrimmed: false,
    message: "The platform takes the full body of a beat again",
  });
  assertEquals(beat(), { lacks: [FULL], isAccepted: true, news: undefined });
});

Deno.test("BodyFit.refused() begins anew when a platform that was updated refuses a field again", () => {
  const { beat, pass, refuse } = fitting({ refuses: ["runtime_metadata"] });
  beat();
  beat();
  refuse();
  pass(HOUR_MS);
  beat();
  refuse("runtime_metadata");
  assertEquals(beat(), { lacks: [FULL, NO_METADATA], isAccepted: true, news: undefined });
  assertEquals(beat().news?.isTrimmed, true);
});

Deno.test("BodyFit.accepted() tells of the next step, when the next beat has confirmed it, when the platform refuses more than before", () => {
  const { beat, pass, refuse } = fitting({ refuses: ["runtime_metadata"] });
  beat();
  beat();
  refuse("runtime_metadata", "current_task");
  pass(30_000);
  assertEquals(beat(), { lacks: [NO_METADATA, NO_TEXTS], isAccepted: true, news: undefined });
  const { lacks, news } = beat();
  assertEquals([lacks.at(0), lacks.at(-1)], [FULL, NO_TEXTS]);
  assertMatch(news?.message ?? "", /refuses beats with sample_error or current_task/);
});

Deno.test("BodyFit costs one beat without the next block, and says nothing, when the platform refuses in passing what it has taken until then", () => {
  const { beat, pass, refuse } = fitting({ refuses: ["runtime_metadata"] });
  beat();
  beat();
  refuse("runtime_metadata", "current_task"); // for one beat
  pass(30_000);
  assertEquals(beat(), { lacks: [NO_METADATA, NO_TEXTS], isAccepted: true, news: undefined });
  refuse("runtime_metadata");
  for (let n = 0; n < 3; n++) {
    pass(30_000);
    const { lacks, news } = beat();
    assertEquals([lacks.at(-1), news], [NO_METADATA, undefined]);
  }
});

Deno.test("BodyFit.refused() leaves out every step once a minute when the platform refuses whatever is sent", () => {
  const { beat, pass } = fitting({ refuses: ["workspace_id"] });
  const all = [FULL, NO_METADATA, NO_TEXTS];
  for (let n = 0; n < 4; n++) {
    assertEquals(beat(), { lacks: all, isAccepted: false, news: undefined });
    pass(60_000 - 1);
    assertEquals(beat(), { lacks: [FULL], isAccepted: false, news: undefined });
    pass(1);
  }
});

Deno.test("BodyFit.failed() makes the next beat that is refused leave out every step", () => {
  const { beat, fit, refuse } = fitting({ refuses: ["workspace_id"] });
  beat();
  fit.failed();
  refuse("runtime_metadata");
  assertEquals(beat(), { lacks: [FULL, NO_METADATA], isAccepted: true, news: undefined });
});

Deno.test("BodyFit.refused() leaves out every step with the next beat that is refused when one in between was not", () => {
  const { beat, pass, refuse } = fitting({ refuses: ["workspace_id"] });
  beat();
  pass(30_000);
  refuse();
  beat();
  refuse("runtime_metadata");
  assertEquals(beat().lacks, [FULL, NO_METADATA]);
});

Deno.test("BodyFit.begin() goes through all steps after an hour, and leaves out no more than it must", () => {
  const { beat, pass, refuse } = fitting({ refuses: ["current_task"] });
  beat();
  beat();
  refuse("runtime_metadata");
  pass(HOUR_MS);
  const { lacks, news } = beat();
  assertEquals(lacks, [FULL, NO_METADATA]);
  assertEquals(news, {
    isTrimmed: false,
    message: "The platform takes more of a beat again: only runtime_metadata is left out",
  });
  assertEquals(beat(), { lacks: [NO_METADATA], isAccepted: true, news: undefined });
});

Deno.test("BodyFit.begin() tries the full body after an hour with the first that has what was refused", () => {
  const { beat, pass, silent } = fitting({ refuses: ["observed_generation"], generation: 7 });
  beat();
  beat();
  pass(HOUR_MS);
  assertEquals(beat(silent), { lacks: [FULL], isAccepted: true, news: undefined });
  assertEquals(beat().lacks, [FULL, ["observed_generation"]]);
});

Deno.test("BodyFit.accepted() has no news when the platform takes the full body after it refused whatever was sent", () => {
  const { beat, pass, refuse } = fitting({ refuses: ["workspace_id"] });
  beat();
  refuse();
  pass(30_000);
  assertEquals(beat(), { lacks: [FULL], isAccepted: true, news: undefined });
});

Deno.test("BodyFit.begin() leaves out at once what it has left out before when the platform refused whatever was sent for a while", () => {
  const refuses = ["runtime_metadata"];
  const { beat, pass, refuse } = fitting({ refuses, generation: 7 });
  const fewer = ["observed_generation", "runtime_metadata"];
  beat();
  assertEquals(beat().news?.isTrimmed, true);
  refuse("workspace_id");
  for (let n = 0; n < 3; n++) {
    pass(30_000);
    assertEquals(beat().isAccepted, false);
  }
  refuse(...refuses);
  pass(30_000);
  assertEquals(beat(), { lacks: [fewer], isAccepted: true, news: undefined });
});
