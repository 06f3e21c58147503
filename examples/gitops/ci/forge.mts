/** A comment or an issue. */
export interface Text {
  body: string;
  /** Whom it is by: what GitHub and GitLab know a user by, or undefined where the account is gone. */
  author: string | number | undefined;
}

export interface Comment extends Text {
  id: number;
}

export interface Issue extends Text {
  /** The number that people see. */
  number: number;
  title: string;
}

/** A change of one file, for a pull or merge request. */
export interface Proposal {
  branch: string;
  file: string;
  content: string;
  title: string;
  body: string;
}

/** What GitHub and GitLab have in common. */
export interface Forge {
  name: string;
  /** How many characters a comment or an issue holds. */
  limit: number;
  /** Where this run and its log are. */
  run: string;
  /** How a difference is taken back, and how it is taken over: what to do, in Markdown with a link each. */
  ways: { back: string; over: string };
  /** As what author the token writes. */
  self(): Promise<string | number>;
  comments(): AsyncIterable<Comment>;
  addComment(body: string): Promise<void>;
  editComment(id: number, body: string): Promise<void>;
  openIssues(): AsyncIterable<Issue>;
  openIssue(title: string, body: string): Promise<void>;
  editIssue(number: number, title: string, body: string): Promise<void>;
  closeIssue(number: number, comment: string): Promise<void>;
  /** Opens a pull or merge request into the branch of this run, or brings the one that is open to what it must be. */
  propose(proposal: Proposal): Promise<{ name: string; isNew: boolean }>;
}
