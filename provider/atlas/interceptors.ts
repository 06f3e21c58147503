import type { AxiosError, AxiosInstance, AxiosResponse, InternalAxiosRequestConfig } from "axios";
import type { Sending } from "./sending";

/** What one part of the client does with each attempt to send a request. */
export interface AttemptHooks {
  /** Before it is sent. What it throws ends the request. */
  before?(sending: Sending, config: InternalAxiosRequestConfig): Promise<void> | void;
  /** It was answered with a status of 2xx. */
  succeeded?(sending: Sending, answer: AxiosResponse): void;
  /** It was sent, and failed. */
  failed?(sending: Sending, error: AxiosError): void;
}

/**
 * Runs the parts at each attempt: those of `before` in their order before it, and those of `after` in their order
 * after it.
 */
export function joinParts(
  http: AxiosInstance,
  { before, after }: { before: AttemptHooks[]; after: AttemptHooks[] },
): void {
  // axios runs request interceptors in reverse order, and response interceptors in the order in which they were
  // added.
  for (const part of before.toReversed()) {
    http.interceptors.request.use(async (config) => {
      if (config.sending !== undefined) {
        await part.before?.(config.sending, config);
      }
      return config;
    });
  }
  for (const part of after) {
    http.interceptors.response.use(
      (answer) => {
        if (answer.config.sending !== undefined) {
          part.succeeded?.(answer.config.sending, answer);
        }
        return answer;
      },
      async (error: unknown) => {
        const sending = (error as Partial<AxiosError>).config?.sending;
        if (sending !== undefined) {
          part.failed?.(sending, error as AxiosError);
        }
        throw error;
      },
    );
  }
}
