import assert from "node:assert/strict";
import type { Handler } from "../../provider/resources/handler/handler";
import type { Bench } from "./harness";

/** A handler, also one of a resource that is never updated. */
type Life<Inputs, Outputs> = Omit<Handler<Inputs, Outputs>, "update">;

/** A resource as it stands in the state of a stack. */
interface Standing<Inputs, Outputs> {
  readonly id: string;
  readonly inputs: Inputs;
  readonly outs: Outputs;
}

/** The inputs after `check`, which must have nothing to complain about. */
export async function checked<Inputs, Outputs>(
  handler: Life<Inputs, Outputs>,
  news: object,
): Promise<Inputs> {
  const { inputs, failures } = await handler.check(news, news);
  assert.deepEqual(failures, []);
  return inputs as Inputs;
}

/** Checks and creates a resource as `pulumi up` does, and forgets the requests that it took. */
export async function create<Inputs, Outputs>(
  bench: Bench,
  handler: Life<Inputs, Outputs>,
  news: object,
): Promise<Standing<Inputs, Outputs>> {
  const inputs = await checked(handler, news);
  const { id, outs } = await handler.create(inputs);
  bench.requests();
  return { id, inputs, outs };
}

/** Reads a resource that must be there and compares it with what was read, as a refresh does. */
export async function refreshed<Inputs, Outputs extends object>(
  handler: Life<Inputs & object, Outputs>,
  { id, outs }: { id: string; outs: object },
): Promise<Standing<Inputs, Outputs> & { changes: boolean | undefined }> {
  const read = await handler.read(id, outs);
  assert.equal(read.id, id);
  assert.ok(read.props !== undefined && read.inputs !== undefined);
  const { changes } = await handler.diff(id, read.props, read.inputs);
  return { id, outs: read.props, inputs: read.inputs, changes };
}

/** Asserts that a refresh finds everything as it stands in the state, and that nothing would change. */
export async function seesNoDifference<Inputs, Outputs extends object>(
  handler: Life<Inputs & object, Outputs>,
  standing: { id: string; outs: object; inputs: object },
): Promise<void> {
  const { id, outs, inputs } = standing;
  assert.deepEqual(await refreshed(handler, standing), { id, outs, inputs, changes: false });
}
