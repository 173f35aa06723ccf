import { patient } from "../support/mod.ts";

/** A span, as far as tests look at it. */
export interface CollectedSpan {
  /** Who made it. */
  readonly scope: string;
  readonly name: string;
  readonly id: string;
  /** "" when it has none. */
  readonly parent: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** 2 when it ended in an error. */
  readonly status: number;
}

/** A number that was exported. */
export interface CollectedPoint {
  readonly name: string;
  readonly unit: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** A histogram's is how many there were. */
  readonly value: number;
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface Point {
  readonly attributes: readonly Attribute[];
  readonly asDouble?: number;
  readonly asInt?: number;
  readonly count?: string;
}

interface Points {
  readonly dataPoints: readonly Point[];
}

interface Exported {
  readonly resourceSpans?: readonly {
    readonly scopeSpans: readonly {
      readonly scope: { readonly name: string };
      readonly spans: readonly {
        readonly name: string;
        readonly spanId: string;
        readonly parentSpanId: string;
        readonly attributes: readonly Attribute[];
        readonly status: { readonly code: number };
      }[];
    }[];
  }[];
  readonly resourceMetrics?: readonly {
    readonly scopeMetrics: readonly {
      readonly scope: { readonly name: string };
      readonly metrics: readonly {
        readonly name: string;
        readonly unit: string;
        readonly sum?: Points;
        readonly gauge?: Points;
        readonly histogram?: Points;
      }[];
    }[];
  }[];
}

/** A collector that takes OTLP as JSON over HTTP, and keeps it. */
export class Collector implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /** Whatever has come, as text. */
  readonly texts: string[] = [];
  readonly #paths: string[] = [];
  #came = Promise.withResolvers<void>();

  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      async (request) => {
        this.texts.push(await request.text());
        this.#paths.push(new URL(request.url).pathname);
        this.#came.resolve();
        this.#came = Promise.withResolvers();
        return Response.json({});
      },
    );
  }

  /** What tells Deno to export to it, soon. */
  get environment(): Record<string, string> {
    return {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${this.#server.addr.port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_METRIC_EXPORT_INTERVAL: "250",
      OTEL_BSP_SCHEDULE_DELAY: "250",
    };
  }

  /** What kinds of things have come. */
  get kinds(): Set<string> {
    return new Set(this.#paths);
  }

  /** The spans that have come. */
  get spans(): CollectedSpan[] {
    return this.#exported().flatMap(({ resourceSpans = [] }) => resourceSpans)
      .flatMap(({ scopeSpans }) => scopeSpans)
      .flatMap(({ scope, spans }) =>
        spans.map((span) => ({
          scope: scope.name,
          name: span.name,
          id: span.spanId,
          parent: span.parentSpanId,
          attributes: attributesOf(span.attributes),
          status: span.status.code,
        }))
      );
  }

  /** The numbers of the sidecar that have come, the newest last. */
  get points(): CollectedPoint[] {
    return this.#exported().flatMap(({ resourceMetrics = [] }) => resourceMetrics)
      .flatMap(({ scopeMetrics }) => scopeMetrics)
      .filter(({ scope }) => scope.name === "workspace-beat")
      .flatMap(({ metrics }) => metrics)
      .flatMap(({ gauge, histogram, name, sum, unit }) =>
        (sum ?? gauge ?? histogram)?.dataPoints.map((point) => ({
          name,
          unit,
          attributes: attributesOf(point.attributes),
          value: Number(point.asDouble ?? point.asInt ?? point.count),
        })) ?? []
      );
  }

  /** Waits until what has come says something. */
  async until(says: () => boolean): Promise<void> {
    while (!says()) await patient(this.#came.promise);
  }

  /** Closes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  #exported(): Exported[] {
    return this.texts.map((text) => JSON.parse(text));
  }
}

function attributesOf(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
