import { readyForMs } from "./inferred";

export interface MigrationStep {
  readonly status: "NEW" | "WORKING" | "FAILED" | "COMPLETE" | "EXPIRED" | null;
  readonly readyForCutover: boolean;
  readonly lagTimeSeconds: number | null;
}

export interface MigrationScript {
  /** One state for each GET before the cutover; the last one stays. Default: ready at once. */
  steps?: readonly MigrationStep[];
  /** Likewise after the PUT that starts the cutover. Default: working once, then complete. */
  afterCutover?: readonly MigrationStep[];
  migrationHosts?: readonly string[];
  /** Whether this is a push migration, which keeps the organization's link token in use. Default: false. */
  usesLink?: boolean;
}

const ready: MigrationStep = { status: "WORKING", readyForCutover: true, lagTimeSeconds: 0 };
const cuttingOver: MigrationStep = { status: "WORKING", readyForCutover: false, lagTimeSeconds: null };
const complete: MigrationStep = { status: "COMPLETE", readyForCutover: false, lagTimeSeconds: null };
const expired: MigrationStep = { status: "EXPIRED", readyForCutover: false, lagTimeSeconds: null };

/** A live migration whose life is written down in advance. Tests may change the scripts while it runs. */
export class LiveMigration {
  readonly id: string;
  readonly migrationHosts: readonly string[];
  readonly usesLink: boolean;
  steps: MigrationStep[];
  afterCutover: MigrationStep[];
  /** Cutovers that Atlas accepted. More than one can only be a mistake of the simulator. */
  cutovers = 0;
  /** Cutovers that a client asked for, refused ones included. */
  cutoverRequests = 0;
  #vanished = false;
  /** What the next answers show although the cutover was accepted, and how many do. */
  #behind: { step: MigrationStep; answersLeft: number } | undefined;
  #readySince: number | undefined;
  #lastShown: MigrationStep | undefined;

  constructor(id: string, script: MigrationScript = {}) {
    this.id = id;
    this.steps = [...(script.steps ?? [ready])];
    this.afterCutover = [...(script.afterCutover ?? [cuttingOver, complete])];
    this.migrationHosts = script.migrationHosts ?? ["migration.example.com"];
    this.usesLink = script.usesLink ?? false;
  }

  get exists(): boolean {
    return !this.#vanished;
  }

  /** What the next GET would show. */
  get current(): MigrationStep {
    return this.#script[0] ?? (this.cutovers > 0 ? complete : ready);
  }

  get isActive(): boolean {
    return this.exists && ["NEW", "WORKING", null].includes(this.#lastShown?.status ?? this.current.status);
  }

  /** Whether the state that a client saw last, or would see first, allows the cutover. */
  isReadyForCutover(now: number): boolean {
    if (this.#expireIfDue(now)) {
      return false;
    }
    return this.cutovers === 0 && (this.#lastShown ?? this.current).readyForCutover;
  }

  /** Answers one GET and moves on to the next state. */
  observe(now: number): MigrationStep {
    if (this.#behind && this.#behind.answersLeft > 0) {
      this.#behind.answersLeft -= 1;
      return this.#behind.step;
    }
    this.#expireIfDue(now);
    const step = this.current;
    if (this.#script.length > 1) {
      this.#script.shift();
    }
    if (step.readyForCutover) {
      this.#readySince ??= now;
    }
    this.#lastShown = step;
    return step;
  }

  /** @param lag how many answers go on showing what was shown before */
  cutOver(lag = 0): void {
    this.#behind = { step: this.#lastShown ?? this.current, answersLeft: lag };
    this.cutovers += 1;
    this.#lastShown = undefined;
  }

  /** Answers no longer go on showing what was shown before a cutover. */
  catchUp(): void {
    this.#behind = undefined;
  }

  /** Atlas forgets the migration: from now on a GET answers 404. */
  vanish(): void {
    this.#vanished = true;
  }

  get #script(): MigrationStep[] {
    return this.cutovers > 0 ? this.afterCutover : this.steps;
  }

  #expireIfDue(now: number): boolean {
    if (this.cutovers > 0 || this.#readySince === undefined || now - this.#readySince < readyForMs) {
      return false;
    }
    this.steps = [expired];
    return true;
  }
}
