import { type LogEntry, matches } from "./requestLog";

/** Which requests fail, and when. */
interface Selection {
  readonly operationId?: string;
  /** Where both are given, both must fit. */
  readonly matching?: (entry: LogEntry) => boolean;
  /** How many requests fail. Default: 1. */
  readonly times?: number;
  /** How many fitting requests pass before the first fails. Default: 0. */
  readonly skip?: number;
  /** Whether Atlas has done what was asked when the failure strikes. Default: before, and after for `mutate`. */
  readonly when?: "before" | "after";
  /**
   * Whether the rule is asked before the credentials are looked at, so that it also hits the request that Digest
   * sends to be challenged. Default: only authenticated requests, and every request for a token.
   */
  readonly evenUnauthenticated?: boolean;
  /** A gate that the test opens: the request waits for it, then fails, or goes on if nothing else is said. */
  readonly delayUntil?: Promise<void>;
}

export interface ErrorFailure {
  readonly status: number;
  readonly errorCode?: string | null;
  readonly detail?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RawFailure {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** What happens to the request. */
export type Failure =
  | ErrorFailure
  /** The connection is reset. */
  | { readonly reset: true }
  /** No answer ever; the connection stays open until the simulator stops. */
  | { readonly hang: true }
  /** Any answer at all, such as a proxy's HTML. */
  | { readonly raw: RawFailure }
  /** The good answer, but the connection ends in the middle of its body. */
  | { readonly cut: true }
  /** The good answer with another body. */
  | { readonly mutate: (answer: unknown) => unknown }
  /** Only slow. */
  | { readonly delayUntil: Promise<void> };

export type FailureRule = Selection & Failure;

export interface PlannedFailure {
  /** How many more requests will fail. */
  remaining(): number;
  cancel(): void;
}

type Stage = "before authentication" | "before" | "after";

interface Rule {
  readonly spec: FailureRule;
  readonly stage: Stage;
  toSkip: number;
  left: number;
}

/** The failures that were ordered. A rule is used up by the requests that it hits. */
export class Faults {
  #rules: Rule[] = [];

  add(spec: FailureRule): PlannedFailure {
    if (spec.operationId === undefined && spec.matching === undefined) {
      throw new Error("A failure rule needs an operationId or a predicate");
    }
    if (stageOf(spec) !== "after" && ("mutate" in spec || "cut" in spec)) {
      throw new Error(
        "Only a good answer can be changed or cut off, so the rule must strike after the effect",
      );
    }
    const rule: Rule = { spec, stage: stageOf(spec), toSkip: spec.skip ?? 0, left: spec.times ?? 1 };
    this.#rules.push(rule);
    return {
      remaining: () => rule.left,
      cancel: () => {
        rule.left = 0;
        this.#rules = this.#rules.filter((each) => each !== rule);
      },
    };
  }

  clear(): void {
    for (const rule of this.#rules) {
      rule.left = 0;
    }
    this.#rules = [];
  }

  /** Rules that hit the request at this stage: any delays, and at most one that says how it fails. */
  take(entry: LogEntry, stage: Stage): { delays: Promise<void>[]; failure: Failure | undefined } {
    const delays: Promise<void>[] = [];
    let failure: Failure | undefined;
    for (const rule of this.#rules) {
      if (rule.stage !== stage || !fits(rule.spec, entry)) {
        continue;
      }
      const isTerminal = !isOnlyDelay(rule.spec);
      if (isTerminal && failure !== undefined) {
        continue;
      }
      if (rule.toSkip > 0) {
        rule.toSkip -= 1;
        continue;
      }
      rule.left -= 1;
      if (rule.spec.delayUntil) {
        delays.push(rule.spec.delayUntil);
      }
      if (isTerminal) {
        failure = rule.spec;
      }
    }
    this.#rules = this.#rules.filter((rule) => rule.left > 0);
    return { delays, failure };
  }
}

function stageOf(spec: FailureRule): Stage {
  if (spec.evenUnauthenticated) {
    return "before authentication";
  }
  const otherwise = "mutate" in spec || "cut" in spec ? "after" : "before";
  return spec.when ?? otherwise;
}

function fits({ operationId, matching }: FailureRule, entry: LogEntry): boolean {
  return (
    (operationId === undefined || matches(entry, operationId)) && (matching === undefined || matching(entry))
  );
}

function isOnlyDelay(spec: FailureRule): boolean {
  return !["status", "reset", "hang", "raw", "cut", "mutate"].some((key) => key in spec);
}
