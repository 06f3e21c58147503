import type * as automation from "@pulumi/pulumi/automation";
import type { ChangeCounts, Step } from "./engineStack";
import { launcherName } from "./pulumiCli";

/** What events show in the place of a secret. */
export const secretMark = "[secret]";
const stackType = "pulumi:pulumi:Stack";

export function stackOutputs(events: automation.EngineEvent[]): Record<string, unknown> | undefined {
  return events
    .map((event) => event.resOutputsEvent?.metadata)
    .findLast((metadata) => metadata?.type === stackType)?.new?.outputs;
}

export function stepsOf(events: automation.EngineEvent[]): Step[] {
  const steps = new Map<string, Step>();
  for (const { resOutputsEvent, resOpFailedEvent } of events) {
    const metadata = resOutputsEvent?.metadata ?? resOpFailedEvent?.metadata;
    if (metadata === undefined) {
      continue;
    }
    const { op, urn, type } = metadata;
    if (type === stackType || type.startsWith("pulumi:providers:")) {
      continue;
    }
    // A component reports once more when it registers its outputs.
    steps.set(`${op} ${urn}`, {
      op,
      urn,
      name: urn.split("::").at(-1) ?? urn,
      type,
      diffs: differences(metadata),
      failed: resOpFailedEvent !== undefined,
    });
  }
  return [...steps.values()];
}

/** Dynamic providers report no detailed diff, so that the CLI compares properties for its display, as is done here. */
function differences({ op, diffs, old, new: now }: automation.StepEventMetadata): string[] {
  if (diffs !== undefined && diffs.length > 0) {
    return diffs;
  }
  if (!/update|replace/.test(op) || !old || !now) {
    return [];
  }
  const compare = (a: Record<string, unknown> = {}, b: Record<string, unknown> = {}): string[] =>
    [...new Set([...Object.keys(a), ...Object.keys(b)])]
      .filter((key) => !key.startsWith("__") && JSON.stringify(a[key]) !== JSON.stringify(b[key]))
      .sort();
  const inputs = compare(old.inputs, now.inputs);
  return inputs.length > 0 ? inputs : compare(old.outputs, now.outputs);
}

export function countChanges(steps: Step[]): ChangeCounts {
  // A replacement is three steps to the engine, of which the one named "replace" is counted.
  const count = (op: string): number => steps.filter((step) => step.op === op && !step.failed).length;
  return {
    create: count("create"),
    update: count("update"),
    delete: count("delete"),
    same: count("same"),
    replace: count("replace"),
  };
}

export function messagesOf(
  events: automation.EngineEvent[],
  severities: automation.DiagnosticEvent["severity"][],
): string[] {
  return events.flatMap(({ diagnosticEvent }) => {
    if (diagnosticEvent === undefined || !severities.includes(diagnosticEvent.severity)) {
      return [];
    }
    const text = diagnosticEvent.message.replace(/<\{%.*?%\}>/g, "").trim();
    // Says only how this harness is set up with a CLI that came without the launcher.
    return text === "" || text.startsWith(`using ${launcherName} from $PATH`) ? [] : [text];
  });
}
