type VenueByHand = Readonly<
  Record<'openOrders' | 'cancelOrders' | 'positions' | 'flatten', string | undefined>
>;

/** What a person types on a host when the bot cannot, ready to paste. */
export interface CommandsByHand {
  readonly stop: string;
  readonly restart: string;
  readonly status: string;
  /** Left out: the targets file names none. */
  readonly kill?: string | undefined;
  /** The environment file that is written. */
  readonly file: string;
  /** Where the host is the one that asks the venue. */
  readonly venue?: VenueByHand | undefined;
}

export type ServiceCommandsByHost = ReadonlyMap<string, CommandsByHand>;
