/** What is known now, or will be. A promise costs every hit: where nothing has to be waited for, none is made. */
export type Soon<T> = T | Promise<T>

/** What `next` makes of it: now, if it is known. */
export function soon<T, U>(value: Soon<T>, next: (value: T) => Soon<U>): Soon<U> {
  return value instanceof Promise ? value.then(next) : next(value)
}
