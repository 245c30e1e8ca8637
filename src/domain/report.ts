/** A Block Kit block. Views build them with the typed builders of `views/blocks.ts`. */
export type Block = { readonly type: string; readonly block_id?: string; readonly [key: string]: unknown };

/** What a person sees. `text` alone tells the outcome: notifications and screen readers read only that. */
export interface Report {
  readonly text: string;
  readonly blocks: readonly Block[];
  /** Slack message metadata, by which a message that may have been posted is found again. */
  readonly metadata?: {
    readonly event_type: string;
    readonly event_payload: Readonly<Record<string, string>>;
  };
  /** Blocks by their `block_id` that Slack may refuse: the report is then sent again without them. */
  readonly optionalBlockIds?: readonly string[];
}

export interface Modal {
  readonly callbackId: string;
  readonly title: string;
  readonly close: string;
  readonly submit?: string;
  readonly privateMetadata?: string;
  readonly blocks: readonly Block[];
}

/** Where a posted message stands: enough to change it from any replica, at any later time. */
export interface MessageRef {
  readonly channel: string;
  readonly ts: string;
}
