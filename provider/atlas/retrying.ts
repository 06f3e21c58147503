import type { AxiosError, AxiosInstance } from "axios";
import axiosRetry from "axios-retry";
import { type Clock, type Deadline, pause } from "./clock";
import type { AttemptHooks } from "./interceptors";
import { decideRetry, type Failure } from "./retry";
import type { Sending } from "./sending";

/** What decides whether a request is sent again, besides its own failure. */
export interface RetryCircumstances {
  limiter: {
    /** How often in a row the limit will have refused when it refuses a request now. */
    refusals(limit: string): number;
    /** How long a request may still wait under the limit, in milliseconds. */
    patienceMs(limit: string, deadline: Deadline | undefined): number;
  };
  /** From 0 up to but not including 1, for jitter. */
  random(): number;
}

/** Is told what happens to a request. */
export interface OutcomeListener {
  /** Called when Atlas has not answered for as long as an attempt may take, and the request is sent again. */
  onSilence(sending: Sending): void;
  /** Called when there was no answer and no further attempt follows, so that other requests need not try. */
  onUnreachable(sending: Sending, error: AxiosError): void;
}

/** Decides after each failed attempt what happens to the request, unless it is repeated with other proof. */
export function decideRetries({ limiter, random }: RetryCircumstances): AttemptHooks {
  return {
    failed(sending) {
      const { request, failure } = sending;
      if (failure === undefined || sending.fate?.reason === "other proof") {
        return;
      }
      sending.failures += 1;
      sending.silences += isSilent(failure) ? 1 : 0;
      sending.fate = decideRetry(failure, {
        idempotent: request.idempotent,
        once: request.once ?? false,
        failures: sending.failures,
        silences: sending.silences,
        refusals: limiter.refusals(sending.refusedUnder),
        patienceMs: limiter.patienceMs(sending.refusedUnder, request.deadline),
        leftMs: request.deadline?.leftMs ?? Number.POSITIVE_INFINITY,
        random: random(),
      });
    },
  };
}

/** Tells the listener what {@link decideRetries} has decided, after the rate limiter has been told. */
export function tellOutcomes({ onSilence, onUnreachable }: OutcomeListener): AttemptHooks {
  return {
    failed(sending, error) {
      const { fate, failure } = sending;
      if (fate === undefined || failure === undefined || fate.reason === "other proof") {
        return;
      }
      if (fate.action === "repeat" && isSilent(failure)) {
        onSilence(sending);
      }
      if (fate.action === "give up" && failure.kind !== "answer" && !fate.outOfTime) {
        onUnreachable(sending, error);
      }
    },
  };
}

function isSilent(failure: Failure): boolean {
  return failure.kind === "interrupted" && failure.silent === true;
}

/** Sends again what {@link decideRetries} has decided to repeat. It comes after all other parts. */
export function repeatAttempts(http: AxiosInstance, clock: Clock): void {
  axiosRetry(http, {
    retries: Number.MAX_SAFE_INTEGER,
    retryDelay: () => 0,
    shouldResetTimeout: true,
    retryCondition: ({ config }) => config?.sending?.fate?.action === "repeat",
    onRetry: async (_count, _error, { sending }) => {
      const fate = sending?.fate;
      if (fate?.action === "repeat" && fate.reason === "transient") {
        await pause(clock, fate.afterMs);
      }
    },
  });
}
