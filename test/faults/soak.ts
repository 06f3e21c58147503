import { parseArgs } from "node:util";
import { checkSequences } from "./check";

/** `npm run test:soak -- --sequences N --seed S`: more of what `model.test.ts` runs, with another seed each time. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { sequences: { type: "string" }, seed: { type: "string" }, path: { type: "string" } },
  });
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  const count = Number(values.sequences ?? 20_000);
  if (!Number.isInteger(seed) || !Number.isInteger(count) || count < 1) {
    throw new Error("--sequences and --seed must be whole numbers.");
  }
  console.log(`${count} sequences from seed ${seed}`);
  const start = performance.now();
  const figures = await checkSequences({ sequences: count, seed, path: values.path });
  console.log(figures.lines().join("\n"));
  console.log(`took ${Math.round((performance.now() - start) / 1_000)} s`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
