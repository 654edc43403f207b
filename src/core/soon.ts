/** What is known now, or will be. A promise costs every hit: where nothing has to be waited for, none is made. */
export type Soon<T> = T | Promise<T>

/** What `next` makes of it: now, if it is known. */
export function soon<T, U>(value: Soon<T>, next: (value: T) => Soon<U>): Soon<U> {
  return isPromise(value) ? value.then(next) : next(value)
}

/** By what it has: async functions return promises of Node's own, also where somebody has put another class in the place of `Promise`. */
export function isPromise<T>(value: Soon<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
