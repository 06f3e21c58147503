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

/** What GitHub and GitLab have in common. */
export interface Forge {
  name: string;
  /** How many characters a comment or an issue holds. */
  limit: number;
  /** Where this run and its log are. */
  run: string;
  /** As what author the token writes. */
  self(): Promise<string | number>;
  comments(): AsyncIterable<Comment>;
  addComment(body: string): Promise<void>;
  editComment(id: number, body: string): Promise<void>;
  openIssues(): AsyncIterable<Issue>;
  openIssue(title: string, body: string): Promise<void>;
  editIssue(number: number, title: string, body: string): Promise<void>;
  closeIssue(number: number, comment: string): Promise<void>;
}
