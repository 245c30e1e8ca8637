/** What a person asks for; the plan says what that means on each host. */
export interface DeployWish {
  /** A file name of the staging folder; undefined: the model stays. */
  readonly model: string | undefined;
  /** Goes with the model. */
  readonly modelVersion: string | undefined;
  /** A file name of the staging folder; undefined: the binary stays. */
  readonly binary: string | undefined;
  /** Variables of the strategy, without their prefix, and what they become. */
  readonly settings: Readonly<Record<string, string>>;
  readonly reason: string;
}
