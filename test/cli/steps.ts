import type { Step } from "../../provider/cli/engine";
import type { Properties } from "../../provider/resources/messages/values";

type Side = Properties | undefined;

/** The same step, with a side that is only read. */
export function reading(found: Step, side: "before" | "after"): Step {
  const part = found[side];
  return { ...found, [side]: part && { ...part, external: true } };
}

/** What the engine says about a resource of a type, with the same inputs and outputs unless outputs are given. */
export function step(
  op: string,
  type: string,
  before: Side,
  after: Side,
  outputs?: { before: Side; after: Side },
): Step {
  const side = (inputs: Side, ofSide: Side): Step["before"] =>
    inputs && {
      inputs: { ...inputs, __provider: "code" },
      outputs: { ...inputs, ...ofSide },
      external: false,
      provider: "provider",
    };
  const token = type.includes(":") ? type : `pulumi-nodejs:dynamic/mongodbatlas:${type}`;
  return {
    op,
    urn: `urn:pulumi:test::project::${token}::name`,
    type: token,
    name: "name",
    id: "id",
    retained: false,
    diffs: [],
    before: side(before, outputs?.before),
    after: side(after, outputs?.after),
  };
}

/** A secret, as the engine's events have it. */
export const secret = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ciphertext: "[secret]",
};

/** The same step under another name, below other parents, with an id or by another provider. */
export function named(
  found: Step,
  name: string,
  rest: Partial<Step> & { provider?: string; parents?: string } = {},
): Step {
  const { provider, parents = "", ...fields } = rest;
  const by = (side: Step["before"]): Step["before"] =>
    side && { ...side, provider: provider ?? side.provider };
  return {
    ...found,
    name,
    urn: `urn:pulumi:test::project::${parents}${found.type}::${name}`,
    before: by(found.before),
    after: by(found.after),
    ...fields,
  };
}
