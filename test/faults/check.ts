import * as fc from "fast-check";
import { type Figures, Runner } from "./sequence";
import { sequences } from "./sequences";

/** The longest that one sequence may take, in milliseconds of real time; they take some dozens. */
const sequenceLimitMs = 20_000;

/**
 * Runs generated sequences until one fails.
 *
 * @throws Error with the seed and the path that repeat the failure, and the smallest sequence that shows it
 */
export async function checkSequences(options: {
  sequences: number;
  seed: number;
  path?: string | undefined;
}): Promise<Figures> {
  const runner = await Runner.start();
  try {
    await fc.assert(
      fc.asyncProperty(sequences, (sequence) => runner.run(sequence)),
      {
        numRuns: options.sequences,
        seed: options.seed,
        timeout: sequenceLimitMs,
        interruptAfterTimeLimit: 10 * 60_000 * Math.ceil(options.sequences / 2_000),
        includeErrorInReport: true,
        ...(options.path === undefined ? {} : { path: options.path }),
      },
    );
  } finally {
    await runner.stop();
  }
  return runner.figures;
}
