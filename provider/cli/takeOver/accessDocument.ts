import type { Document, LineCounter, Node, Pair, ParsedNode, YAMLMap } from "yaml";
import { sameRoles } from "../../resources/members/roles";
import type { Place } from "../../resources/messages/messages";
import type { Access, AccessChange } from "./changes";
import { rendererFor } from "./rendering";

type Yaml = typeof import("yaml");

/** A file about people, as the gitops example has it: its comments and its order stay. */
export class AccessDocument {
  /** What is wrong with the file, or does not fit, as sentences. Then it must not be written. */
  readonly problems: string[] = [];
  private readonly yaml: Yaml;
  private readonly document: Document.Parsed<ParsedNode>;
  private readonly lines: LineCounter;
  private readonly render: () => string;
  /** Of the lines, and what may stand at the beginning of the file. */
  private readonly ending: string;
  private readonly mark: string;

  constructor(
    private readonly file: string,
    text: string,
  ) {
    // Few runs need it.
    this.yaml = require("yaml") as Yaml;
    this.lines = new this.yaml.LineCounter();
    this.ending = text.includes("\r\n") ? "\r\n" : "\n";
    this.mark = text.startsWith("\ufeff") ? "\ufeff" : "";
    const plain = text.slice(this.mark.length).replaceAll("\r\n", "\n");
    this.document = this.yaml.parseDocument(plain, {
      lineCounter: this.lines,
      prettyErrors: false,
      stringKeys: true,
      // Two entries for one person are a problem of its own.
      uniqueKeys: false,
    });
    for (const { pos, message } of this.document.errors.slice(0, 1)) {
      this.problem(pos[0], `this is not YAML (${message}): look at this line and the one above`);
    }
    this.yaml.visit(this.document, {
      Alias: (_key, { source, range }) => {
        this.problem(range?.[0] ?? 0, `*${source} is something in another line: write that out here`);
      },
    });
    const people = this.at("people");
    this.render =
      this.problems.length > 0
        ? () => text
        : rendererFor(this.document, this.yaml.isMap(people) ? people : undefined, plain, this.lines);
  }

  /** The text with all changes so far. */
  toString(): string {
    return this.mark + this.render().replaceAll("\n", this.ending);
  }

  /** Takes over what one person has now in one project or team, if the file says what was declared. */
  change({ place, username, declared, actual }: AccessChange): void {
    const section = place.kind === "project" ? "projects" : "teams";
    const entry = this.pairs(this.at(section)).find(({ value }) => this.isPlace(value, place));
    if (entry === undefined) {
      const id = place.kind === "project" ? place.projectId : place.teamId;
      this.problem(0, `the ${place.kind} ${id} is not under '${section}': write it there`);
      return;
    }
    const label = nameOf(entry);
    if (this.isTrue(entry.value, "removed")) {
      this.problem(
        this.offsetOf(entry),
        `${label} is removed here, and ${username} is in it: take 'removed' out`,
      );
      return;
    }
    const same = this.pairs(this.at("people")).filter((pair) => nameOf(pair).toLowerCase() === username);
    const [person, second] = same;
    if (second !== undefined) {
      this.problem(this.offsetOf(second), `${nameOf(second)} is there twice: keep one entry for each person`);
      return;
    }
    const found = this.accessOf(person, section, label);
    if (!isSame(found, declared)) {
      this.problem(
        person === undefined ? 0 : this.offsetOf(person),
        `${username} has ${inWords(found)} in ${label} here, and ${inWords(declared)} in the last deployment`,
      );
      return;
    }
    this.write(person ?? this.addPerson(username), section, label, actual);
  }

  /** Says which projects and teams have lost the last person, though the file is the whole truth about them. */
  checkExclusive(): void {
    for (const section of ["projects", "teams"] as const) {
      for (const place of this.pairs(this.at(section))) {
        const label = nameOf(place);
        const people = this.pairs(this.at("people"));
        if (
          this.isTrue(place.value, "exclusive") &&
          !people.some((person) => this.accessOf(person, section, label) !== undefined)
        ) {
          this.problem(
            this.offsetOf(place),
            `${label} would have nobody, and is exclusive: take 'exclusive' out, or give somebody access`,
          );
        }
      }
    }
  }

  private at(section: string): unknown {
    return this.document.get(section, true);
  }

  private pairs(map: unknown): Pair[] {
    return this.yaml.isMap(map) ? (map.items as Pair[]) : [];
  }

  private isPlace(value: unknown, place: Place): boolean {
    const idIn = (name: string): string =>
      String(
        this.yaml.isMap(value) ? value.get(name) : this.yaml.isScalar(value) ? value.value : "",
      ).toLowerCase();
    return place.kind === "project"
      ? idIn("projectId") === place.projectId.toLowerCase()
      : this.yaml.isMap(value) && idIn("teamId") === place.teamId.toLowerCase();
  }

  private isTrue(place: unknown, name: string): boolean {
    return this.yaml.isMap(place) && place.get(name) === true;
  }

  private accessOf(person: Pair | undefined, section: "projects" | "teams", label: string): Access {
    const part = this.yaml.isMap(person?.value) ? person.value.get(section, true) : undefined;
    if (section === "teams") {
      return this.textsOf(part).includes(label) ? "in the team" : undefined;
    }
    const roles = this.pairs(part).find((pair) => nameOf(pair) === label)?.value;
    return roles === undefined ? undefined : this.textsOf(roles);
  }

  private textsOf(list: unknown): string[] {
    // YAML takes a label such as 2024 for a number.
    return this.yaml.isSeq(list)
      ? list.items.map((item) => (this.yaml.isScalar(item) ? String(item.source ?? item.value) : ""))
      : [];
  }

  /** Among the others in order, where they are in order, and else after them. */
  private addPerson(username: string): Pair {
    const person = this.document.createPair(username, {}) as unknown as Pair;
    let people = this.at("people");
    if (!this.yaml.isMap(people)) {
      people = this.document.createNode({});
      this.document.set("people", people);
    }
    const { items } = people as YAMLMap;
    (people as YAMLMap).flow = items.length > 0 && (people as YAMLMap).flow === true;
    const names = items.map((pair) => nameOf(pair).toLowerCase());
    const isSorted = names.every((name, index) => index === 0 || (names[index - 1] ?? "") <= name);
    const next = names.findIndex((name) => name > username);
    items.splice(isSorted && next >= 0 ? next : items.length, 0, person);
    return person;
  }

  private write(person: Pair, section: "projects" | "teams", label: string, actual: Access): void {
    if (!this.yaml.isMap(person.value)) {
      person.value = this.document.createNode({});
    }
    const map = person.value as YAMLMap;
    const isTeam = section === "teams";
    const path = isTeam ? [section] : [section, label];
    const old = this.textsOf(map.getIn(path, true));
    const others = old.filter((text) => text !== label);
    const texts = isTeam ? (actual === undefined ? others : [...others, label]) : [...(actual ?? [])];
    if (texts.length > 0) {
      this.writeList(map, path, texts);
      return;
    }
    map.deleteIn(path);
    if (!isTeam && this.pairs(map.get(section, true)).length === 0) {
      map.delete(section);
    }
    if (map.items.length === 0) {
      const people = this.at("people") as YAMLMap;
      people.items.splice(people.items.indexOf(person as never), 1);
    }
  }

  /** What stays in the list keeps its place, its comments and its quotes. */
  private writeList(map: YAMLMap, path: string[], texts: readonly string[]): void {
    const list = map.getIn(path, true);
    if (!this.yaml.isSeq(list)) {
      const added = this.document.createNode(texts, { flow: true });
      map.setIn(path, added);
      for (let length = 1; length < path.length; length++) {
        const parent = map.getIn(path.slice(0, length), true);
        if (this.yaml.isMap(parent)) {
          parent.flow = parent.flow === true && parent.items.length > 1;
        }
      }
      return;
    }
    const known = this.textsOf(list);
    list.items = [
      ...list.items.filter((_item, index) => texts.includes(known[index] ?? "")),
      ...texts.filter((text) => !known.includes(text)).map((text) => this.document.createNode(text)),
    ];
  }

  private offsetOf({ key }: Pair): number {
    return (key as Node | null)?.range?.[0] ?? 0;
  }

  private problem(offset: number, text: string): void {
    this.problems.push(`${this.file}:${Math.max(this.lines.linePos(offset).line, 1)}: ${text}.`);
  }
}

function nameOf({ key }: Pair): string {
  return String((key as { value?: unknown } | null)?.value ?? key);
}

function isSame(one: Access, other: Access): boolean {
  return Array.isArray(one) && Array.isArray(other) ? sameRoles(one, other) : one === other;
}

function inWords(access: Access): string {
  return access === undefined ? "nothing" : typeof access === "string" ? "a place" : access.join(", ");
}
