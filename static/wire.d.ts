// What the server sends, for the type checker only; never served.

export type Column = string;

export interface Mark {
  id: number; t: number; kind: string; text: string; from?: string; to?: string;
  by?: string; snapshot?: string; profile?: string; reason?: string; generation?: number;
}

export interface Span { from: number; to: number | null; strategy: string; generation: number }

export interface History {
  epoch: string; target: string; seq: number; now: number; window_s: number; every_ms: number;
  columns: Column[]; t: number[]; gen: number[];
  values: Record<Column, (number | null)[]>;
  min?: Record<Column, (number | null)[]>; max?: Record<Column, (number | null)[]>;
  marks: Mark[] | null; spans: Span[] | null;
}

export interface Load {
  rps: number; risky_share: number; risky_users: number;
  sent?: number; answered?: number; errors?: number; wrong?: number; skipped?: number;
}

export interface Limits { memory_limit: number; gomemlimit: number; checker_cpus: number }

export interface Death { t: number; why: string; base: string; head: string; missed: string[]; verdict: Verdict }

/** What is said of the patient's memory; words are those of docs/openapi.yaml. */
export interface Verdict {
  verdict: string;
  confidence: number;
  summary: string;
  evidence: string[];
  warnings: string[];
  suspects?: { function: string; line: number; kind: string }[];
}

export interface State {
  target: string; status: string; epoch: string; generation: number; strategy: string;
  uptime_s: number; restarts?: number; oom_kills?: number; last_exit?: string;
  backing_off_ms?: number; attempt?: number; load?: Load | null; faults?: Record<string, number | string> | null; limits?: Limits | null; fence?: string; death?: Death | null; capacity?: { rps: number; strategy: string; t: number } | null; reset?: { t: number; back: boolean; words: string } | null; viewers?: number; words?: string;
  covered: boolean;
}

export interface HeapStep {
  node: number; label: string; type?: string; bytes: number; retained_bytes: number; site?: string; repeats?: number;
}

export interface Score { strategy: string; current: boolean; cells: { column: string; text: string; tone: string }[] }

export interface Trial {
  id: number; a: string; b: string; status: string; headline: string; remaining_s: number | null;
  lines: { what: string; a: string; b: string; times: string; tone: string }[];
}

export interface Board { scores: Score[]; trials: Trial[] }

export interface Place { lesson: string; step: string }

export interface ShownRange { window: string; from: number | null; to: number | null; cursor: number | null }

export interface RoomView { name: string; at: Place | null; live: ShownRange | null }

export interface Tally { choices: number[]; numbers: { count: number; min: number; median: number; max: number } | null }

export interface RoomStep extends Place {
  here: number; answered: number; revealed: boolean; held_at: number | null; questions: Tally[] | null;
}

/** What everybody may see; in a frame `steps` are those that have changed. */
export interface RoomShown { id: string; rev: number; here: number; members: number; view: RoomView | null; steps: RoomStep[] }

export interface Person { name: string; at: Place | null; answered: number; here: boolean }

export interface Sight extends RoomShown {
  me: { name: string; at: Place | null; presenting: boolean; answers: (Place & { answers: string[]; late: boolean })[] } | null;
  people: Person[] | null;
}

export interface Hello {
  type: "hello"; epoch: string; seq: number; target: string; columns: Column[];
  role: string; every_ms: number; resume: boolean;
}

export interface Reading { type: "reading"; seq: number; target: string; t: number; gen: number; v: (number | null)[] }

export type Frame =
  | Hello | Reading
  | { type: "mark"; seq: number; target: string; mark: Mark }
  | { type: "state"; seq: number; target: string; state: State }
  | { type: "verdict"; seq: number; target: string; verdict: Verdict }
  | { type: "room"; seq: number; target: string; room: RoomShown }
  | { type: "gap"; seq: number; target: string; from: number; to: number }
  | { type: "bye"; reason: string };
