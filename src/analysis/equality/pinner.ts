/** Writes a value that is not null as the text of a pin; `undefined` when its equality is not plainly the text's. */
export type Pinner = (value: unknown) => string | undefined
