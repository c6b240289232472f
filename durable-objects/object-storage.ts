/** What the objects use of their storage: so much must anything offer that wants to stand in for it. */
export type ObjectStorage = Pick<
  DurableObjectStorage,
  "sql" | "transactionSync" | "getAlarm" | "setAlarm" | "deleteAlarm"
>;
